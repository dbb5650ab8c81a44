/** Many values in one operation. */
import { CASE_RECV, R_CLOSED, TAG } from '../assembly/layout.ts';
import { handed, type LocalChan } from './chan.ts';
import { sendOnClosed } from './errors.ts';
import { Operation, SELECTABLE } from './op.ts';
import { writeCase } from './runtime/cases.ts';
import { p, type Waiter } from './runtime/processor.ts';
import { BLOCKED, done, PARKED, type Result, VOID } from './runtime/result.ts';
import { NO } from './runtime/state.ts';

export class RecvManyOp<T> extends Operation<T[]> {
  constructor(
    private readonly chan: LocalChan<T>,
    private readonly max: number,
  ) {
    super();
  }

  get label(): string {
    return 'recvMany()';
  }

  override get outside(): boolean {
    return this.chan.outside;
  }

  start(g: Waiter | null): Result {
    return this.commit(this.chan.recvNow(g === null ? 0 : g.addr));
  }

  finish(g: Waiter): Result {
    return p.closed ? done([]) : this.fill(handed(g));
  }

  describe(i: number): void {
    this.chan.opens();
    writeCase(i, CASE_RECV, this.chan.addr);
  }

  commit(r: number): Result {
    if ((r & TAG) === R_CLOSED) return done([]);
    const first = this.chan.get(r);
    return first.done ? this.fill(first.value) : first;
  }

  /** Whatever else is there now. */
  private fill(first: unknown): Result {
    const values = [first];
    while (values.length < this.max) {
      const step = this.chan.tryRecv();
      if (step === undefined || step.done) break;
      values.push(step.value);
    }
    return done(values);
  }
}

export class SendManyOp<T> extends Operation<void> {
  private sent = 0;

  constructor(
    private readonly chan: LocalChan<T>,
    private readonly values: readonly T[],
  ) {
    super();
  }

  get label(): string {
    return 'sendMany()';
  }

  override get outside(): boolean {
    return this.chan.outside;
  }

  start(g: Waiter | null): Result {
    const { chan, values } = this;
    while (this.sent < values.length) {
      const value = values[this.sent] as T;
      const r = chan.put(chan.sendNow(g === null ? 0 : g.addr), value);
      if (r === BLOCKED) return BLOCKED;
      this.sent++;
      if (r === PARKED) {
        (g as Waiter).value = value;
        return PARKED;
      }
    }
    return VOID;
  }

  finish(g: Waiter): Result {
    g.value = undefined;
    if (p.closed) throw sendOnClosed();
    return this.start(g);
  }

  /** It may wait more than once. */
  override get [SELECTABLE](): number {
    return NO;
  }

  // Not selectable: never called.
  describe(): void {}
  commit(): Result {
    return VOID;
  }
}
