/**
 * The channel of a timer or ticker, as Go has it since 1.23: unbuffered, and a value exists only at the moment it is
 * received, so none can be stale after stop or reset.
 *
 * I1: a timer record of the core exists exactly while somebody waits on the channel (`waiting` > 0). A timer that
 *     nobody waits on is a plain object, looked at when the next operation comes; dropped, it is garbage.
 * I2: while somebody stands in its wait list, the record is in the heap exactly if the timer is armed.
 */
import { CASE_READY, CASE_TIMER } from '../../assembly/layout.ts';
import type { RecvChan } from '../chantypes.ts';
import { mistake, outOfMemory } from '../errors.ts';
import { type Op, type Parked, Operation } from '../op.ts';
import { finished } from '../wait.ts';
import { dueIn } from './sleep.ts';
import { writeCase } from '../runtime/cases.ts';
import { timerClear, timerFire, timerFree, timerNew, timerSet, timerWait } from '../runtime/core.ts';
import { kick } from '../runtime/loop.ts';
import { type Alarm, clearOwner, clock, ownerAt, setOwner, type Waiter } from '../runtime/processor.ts';
import { BLOCKED, done, PARKED, type Result } from '../runtime/result.ts';

export class TimerChan implements RecvChan<number>, Alarm {
  readonly length = 0;
  readonly capacity = 0;
  readonly closed = false;
  private when = 0;
  private armed = false;
  private record = 0;
  private waiting = 0;

  /** `period` 0: fires once. */
  constructor(private period: number) {}

  /** Fires at `when`; says whether it was armed before. */
  arm(ms: number, period: number): boolean {
    const was = this.armed;
    this.period = period;
    this.when = dueIn(ms);
    this.armed = true;
    if (this.record !== 0) {
      timerSet(this.record, this.when);
      kick(); // the host timer may be late now
    }
    return was;
  }

  /** Fires no more; says whether it was armed. */
  disarm(): boolean {
    const was = this.armed;
    this.armed = false;
    if (this.record !== 0) {
      timerClear(this.record);
      kick(); // the host timer may keep the process alive for nothing
    }
    return was;
  }

  /** Whether a receive at `now` has a value. Those who wait already come first. */
  due(now: number): boolean {
    if (this.waiting > 0) this.fire(now);
    return this.armed && now >= this.when;
  }

  /** The value of a receive at `now`: the time it was due, in milliseconds since 1970. */
  take(now: number): number {
    // Whole milliseconds late, so that the result never lies before the wall-clock start plus the delay.
    const value = Date.now() - Math.floor(now - this.when);
    if (this.period > 0) this.when += this.period * (1 + Math.floor((now - this.when) / this.period));
    else this.armed = false;
    return value;
  }

  /** The core says that it is due: the longest waiter gets the value. */
  fire(now: number): void {
    if (!this.armed || now < this.when) return;
    const woken = timerFire(this.record);
    if (woken === 0) return; // the value stays to be had
    ownerAt(woken).value = this.take(now);
    if (this.armed) timerSet(this.record, this.when);
    else timerClear(this.record);
  }

  /** Somebody is going to wait: there is a record to wait on. */
  enter(): number {
    if (this.record === 0) {
      this.record = timerNew();
      if (this.record === 0) throw outOfMemory();
      setOwner(this.record, this);
    }
    if (this.armed) timerSet(this.record, this.when);
    this.waiting++;
    return this.record;
  }

  /** Somebody waits no more. */
  leave(): void {
    if (--this.waiting > 0) return;
    clearOwner(this.record);
    timerFree(this.record);
    this.record = 0;
  }

  recv(): Op<number | undefined> {
    return new TimerRecvOp(this, 'recv()');
  }

  next(): Op<IteratorResult<number, undefined>> {
    return new TimerRecvOp(this, 'next()').map((value) => ({ done: false, value }));
  }

  tryRecv(): IteratorResult<number, undefined> | undefined {
    const now = clock();
    return this.due(now) ? { done: false, value: this.take(now) } : undefined;
  }

  recvMany(max: number): Op<number[]> {
    if (!Number.isInteger(max) || max < 1) throw mistake('recvMany', 'a positive integer', max);
    return new TimerRecvOp(this, 'recvMany()').map((value) => [value]);
  }

  *each(body: (value: number) => unknown): Generator<Parked, void, void> {
    for (;;) {
      yield* finished(body(yield* new TimerRecvOp(this, 'each()')));
    }
  }

  [Symbol.asyncIterator](): AsyncIterator<number, undefined> {
    return { next: () => this.next() as unknown as Promise<IteratorResult<number, undefined>> };
  }
}

class TimerRecvOp extends Operation<number> {
  private entered = false;

  constructor(
    private readonly chan: TimerChan,
    readonly label: string,
  ) {
    super();
  }

  start(g: Waiter | null): Result {
    const now = clock();
    if (this.chan.due(now)) return done(this.chan.take(now));
    if (g === null) return BLOCKED;
    timerWait(this.enter(), g.addr);
    return PARKED;
  }

  private enter(): number {
    const record = this.chan.enter();
    this.entered = true;
    return record;
  }

  finish(g: Waiter): Result {
    const { value } = g;
    g.value = undefined;
    this.abandon();
    return done(value);
  }

  describe(i: number, g: Waiter | null): void {
    if (this.chan.due(clock())) writeCase(i, CASE_READY, 0);
    else writeCase(i, CASE_TIMER, g === null ? 0 : this.enter());
  }

  commit(): Result {
    return done(this.chan.take(clock()));
  }

  override abandon(): void {
    if (this.entered) this.chan.leave();
    this.entered = false;
  }
}
