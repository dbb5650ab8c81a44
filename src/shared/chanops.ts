/** Operations on shared channels. */
import { CASE_SRECV, CASE_SSEND, R_BLOCK, R_CLOSED, R_PARKED, R_SLOT, TAG } from '../../assembly/layout.ts';
import { sendOnClosed } from '../errors.ts';
import { Operation, SELECTABLE } from '../op.ts';
import { writeCase, writeWordCase } from '../runtime/cases.ts';
import { schanRecv, schanSend, valueOf } from '../runtime/core.ts';
import { p, type Waiter } from '../runtime/processor.ts';
import { BLOCKED, done, PARKED, type Result, VOID } from '../runtime/result.ts';
import { BUSY, ENCODES } from '../runtime/state.ts';
import type { SharedChannel } from './channel.ts';
import { word } from './word.ts';

abstract class SharedOp<T, U> extends Operation<U> {
  constructor(protected readonly chan: SharedChannel<T>) {
    super();
  }

  override get outside(): boolean {
    return this.chan.outside;
  }
}

export function addressOf(g: Waiter | null): number {
  return g === null ? 0 : g.addr;
}

/** The same of a sender whose value has just been encoded: that may have ended its program, and its record is gone then. */
export function senderOf(g: Waiter | null): number {
  return p.cut === null ? addressOf(g) : 0;
}

abstract class ReceiveOp<T, R> extends SharedOp<T, R> {
  start(g: Waiter | null): Result {
    return this.commit(schanRecv(this.chan.addr, addressOf(g)));
  }

  commit(r: number): Result {
    switch (r & TAG) {
      case R_SLOT:
        return this.got(this.chan.codec.read());
      case R_CLOSED:
        return this.end();
      case R_PARKED:
        return PARKED;
      default:
        return BLOCKED;
    }
  }

  finish(g: Waiter): Result {
    if (p.closed) return this.end();
    valueOf(g.addr);
    return this.got(this.chan.codec.read());
  }

  protected got(value: T): Result {
    return done(value);
  }

  /** Closed and drained. */
  protected end(): Result {
    return VOID;
  }

  describe(i: number): void {
    writeCase(i, CASE_SRECV, this.chan.addr);
  }

  /** The receiver is gone, and what it was given goes with it. */
  override giveBack(g: Waiter | null): void {
    if (g === null) return;
    valueOf(g.addr);
    this.chan.codec.drop();
  }
}

export class SharedRecvOp<T> extends ReceiveOp<T, T | undefined> {
  get label(): string {
    return 'recv()';
  }
}

export class SharedNextOp<T> extends ReceiveOp<T, IteratorResult<T, undefined>> {
  get label(): string {
    return 'next()';
  }

  protected override got(value: T): Result {
    return done({ done: false, value });
  }

  protected override end(): Result {
    return done({ done: true, value: undefined });
  }
}

/** What `each` receives at the end. */
export const CLOSED: unique symbol = Symbol('closed');

export class SharedEachOp<T> extends ReceiveOp<T, T | typeof CLOSED> {
  get label(): string {
    return 'each()';
  }

  protected override end(): Result {
    return done(CLOSED);
  }
}

/**
 * A value is encoded when the operation is used, once; while it waits the core has the word, and so has this, for when
 * it comes back.
 */
export class SharedSendOp<T> extends SharedOp<T, void> {
  private encoded = false;
  private number = 0;
  private bits = 0n;

  constructor(
    chan: SharedChannel<T>,
    public value: T | undefined,
  ) {
    super(chan);
  }

  get label(): string {
    return 'send()';
  }

  /** Puts the encoded value into the word. */
  private load(): void {
    const wide = this.chan.codec.slot === 'i64';
    if (this.encoded) {
      if (wide) word.i64[0] = this.bits;
      else word.f64[0] = this.number;
      return;
    }
    const { state } = this;
    this.state = BUSY; // a getter of the value may send on the same channel: not with this
    try {
      this.chan.codec.write(this.value as T, 'send');
    } finally {
      this.state = state;
    }
    this.value = undefined;
    this.encoded = true;
    if (wide) this.bits = word.i64[0] as bigint;
    else this.number = word.f64[0] as number;
  }

  start(g: Waiter | null): Result {
    this.load();
    return this.commit(schanSend(this.chan.addr, senderOf(g)));
  }

  commit(r: number): Result {
    switch (r & TAG) {
      case R_SLOT:
        this.encoded = false;
        return VOID;
      case R_CLOSED:
        this.abandon();
        throw sendOnClosed();
      case R_BLOCK:
        return BLOCKED;
      default:
        return PARKED;
    }
  }

  finish(): Result {
    return this.commit(p.closed ? R_CLOSED : R_SLOT);
  }

  override get [SELECTABLE](): number {
    return ENCODES;
  }

  override prepare(): void {
    this.load();
  }

  describe(i: number): void {
    this.load();
    writeWordCase(i, CASE_SSEND, this.chan.addr);
  }

  override abandon(): void {
    this.value = undefined;
    if (!this.encoded) return;
    const kept = word.i64[0] as bigint; // of the case that was chosen instead
    this.load();
    this.encoded = false;
    this.chan.codec.undo();
    word.i64[0] = kept;
  }

  /** It was sent. Somebody else may have armed it since, if its goroutine knew that already. */
  override giveBack(g: Waiter | null): void {
    if (g !== null) this.encoded = false;
  }

  override lose(): void {
    this.encoded = false;
  }
}
