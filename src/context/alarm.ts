/** The timer of a deadline. It exists only while somebody would notice, and does not hold its context by itself. */
import { outOfMemory } from '../errors.ts';
import type { Program } from '../goroutine.ts';
import { timerFree, timerNew, timerSet } from '../runtime/core.ts';
import { kick } from '../runtime/loop.ts';
import { type Alarm, clearOwner, setOwner } from '../runtime/processor.ts';
import type { Node } from './node.ts';

/** Contexts that are dropped stop their timers. Small objects stand for them: V8 keeps what is registered for long. */
const dropped = new FinalizationRegistry<DeadlineAlarm>((alarm) => alarm.stop());

export class DeadlineAlarm implements Alarm {
  private record = timerNew();

  constructor(
    private readonly node: WeakRef<Node>,
    when: number,
    readonly program: Program,
    token: object,
  ) {
    if (this.record === 0) throw outOfMemory();
    setOwner(this.record, this);
    program.pending++;
    timerSet(this.record, when);
    kick(); // the host timer may be late now
    dropped.register(token, this);
  }

  /** Set while its context must not be dropped. */
  held: Node | undefined = undefined;

  fire(): void {
    const node = this.node.deref();
    this.stop();
    node?.poll();
  }

  stop(): boolean {
    this.held = undefined;
    if (this.record === 0) return false;
    clearOwner(this.record);
    timerFree(this.record);
    this.record = 0;
    this.program.pending--;
    kick(); // the host timer may keep the process alive for nothing
    return true;
  }
}
