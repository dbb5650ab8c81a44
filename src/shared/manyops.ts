/** Many values in one operation: numbers go by the batch, a block copy under one lock. */
import { BATCH_MAX, CASE_SRECV, R_CLOSED, R_PARKED, R_SLOT, TAG, TAG_SHIFT } from '../../assembly/layout.ts';
import { sendOnClosed } from '../errors.ts';
import { Operation, SELECTABLE } from '../op.ts';
import { writeCase } from '../runtime/cases.ts';
import { batch, schanRecvMany, schanSend, schanSendMany, valueOf } from '../runtime/core.ts';
import { p, type Waiter } from '../runtime/processor.ts';
import { BLOCKED, done, PARKED, type Result, VOID } from '../runtime/result.ts';
import { NO } from '../runtime/state.ts';
import type { SharedChannel } from './channel.ts';
import { addressOf, senderOf } from './chanops.ts';
import type { BigArray, NumberArray } from './codec.ts';
import { word } from './word.ts';

/** The batch as numbers or as 64 bits. */
function slotsOf(wide: boolean): Float64Array | BigInt64Array {
  return wide ? batch.i64 : batch.f64;
}

export class SharedRecvMany<T> extends Operation<ArrayLike<T>> {
  constructor(
    private readonly chan: SharedChannel<T>,
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
    const r = schanRecvMany(this.chan.addr, Math.min(this.max, BATCH_MAX), addressOf(g));
    switch (r & TAG) {
      case R_SLOT:
        return this.collect(r >> TAG_SHIFT);
      case R_CLOSED:
        return done(this.make(0));
      case R_PARKED:
        return PARKED;
      default:
        return BLOCKED;
    }
  }

  /** As a case of a select it has received one value, which stands in the word. */
  commit(r: number): Result {
    return (r & TAG) === R_CLOSED ? done(this.make(0)) : this.collectAfter();
  }

  finish(g: Waiter): Result {
    if (p.closed) return done(this.make(0));
    valueOf(g.addr);
    return this.collectAfter();
  }

  /** The one in the word, and whatever else is there now: what filled the channel meanwhile comes in the same array. */
  private collectAfter(): Result {
    const first = word.i64[0] as bigint;
    const room = Math.min(this.max, BATCH_MAX) - 1;
    const r = room > 0 ? schanRecvMany(this.chan.addr, room, 0) : R_CLOSED;
    const n = (r & TAG) === R_SLOT ? r >> TAG_SHIFT : 0;
    batch.i64.copyWithin(1, 0, n);
    batch.i64[0] = first;
    return this.collect(n + 1);
  }

  describe(i: number): void {
    writeCase(i, CASE_SRECV, this.chan.addr);
  }

  override giveBack(g: Waiter | null): void {
    if (g === null) return;
    valueOf(g.addr);
    this.chan.codec.drop();
  }

  private make(length: number): T[] | NumberArray | BigArray {
    return this.chan.codec.bulk?.make(length) ?? new Array<T>(length);
  }

  /** The first `n` of the batch, and whatever else is there now. */
  private collect(n: number): Result {
    const { chan, max } = this;
    const pieces: (T[] | NumberArray | BigArray)[] = [this.piece(n)];
    let total = n;
    while (total < max) {
      const r = schanRecvMany(chan.addr, Math.min(max - total, BATCH_MAX), 0);
      if ((r & TAG) !== R_SLOT) break;
      total += r >> TAG_SHIFT;
      pieces.push(this.piece(r >> TAG_SHIFT));
    }
    if (pieces.length === 1) return done(pieces[0]);
    const bulk = chan.codec.bulk;
    if (bulk === undefined) return done(pieces.flat());
    const all = bulk.make(total) as NumberArray;
    let at = 0;
    for (const piece of pieces as NumberArray[]) {
      all.set(piece, at);
      at += piece.length;
    }
    return done(all);
  }

  private piece(n: number): T[] | NumberArray | BigArray {
    const { codec } = this.chan;
    if (codec.bulk !== undefined) {
      const values = codec.bulk.make(n) as NumberArray;
      values.set(slotsOf(codec.bulk.wide).subarray(0, n) as Float64Array);
      return values;
    }
    const words = batch.f64.slice(0, n); // reading one may run code that uses the batch
    return Array.from(words, (w) => {
      word.f64[0] = w;
      return codec.read();
    });
  }
}

export class SharedSendMany<T> extends Operation<void> {
  private sent = 0;
  /** How many there were at the first start: the array may grow meanwhile. */
  private length = -1;
  /** Of numbers: checked. */
  private packed: NumberArray | BigArray | null = null;
  /** One value is with the core. */
  private waiting = false;
  /** Its word, unless it is a number. */
  private kept = 0;

  constructor(
    private readonly chan: SharedChannel<T>,
    private readonly values: ArrayLike<T>,
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
    const { bulk } = this.chan.codec;
    if (bulk !== undefined) this.packed ??= bulk.pack(this.values, 'sendMany');
    if (this.length < 0) this.length = this.values.length;
    while (this.sent < this.length) {
      const r = this.packed === null ? this.sendOne(g) : this.sendBatch(this.packed, g);
      const n = r >> TAG_SHIFT;
      switch (r & TAG) {
        case R_SLOT:
          this.sent += n;
          break;
        case R_CLOSED:
          throw sendOnClosed();
        case R_PARKED:
          this.sent += n;
          this.waiting = true;
          return PARKED;
        default:
          return BLOCKED;
      }
    }
    return VOID;
  }

  private sendBatch(values: NumberArray | BigArray, g: Waiter | null): number {
    const end = Math.min(values.length, this.sent + BATCH_MAX);
    slotsOf(this.chan.codec.bulk?.wide === true).set(
      values.subarray(this.sent, end) as Float64Array & BigInt64Array,
    );
    return schanSendMany(this.chan.addr, end - this.sent, senderOf(g));
  }

  /** The result of `sendMany` of one value. */
  private sendOne(g: Waiter | null): number {
    const { codec, addr } = this.chan;
    codec.write(this.values[this.sent] as T, 'sendMany');
    const kept = word.f64[0] as number;
    const r = schanSend(addr, senderOf(g)) & TAG;
    if (r === R_SLOT) return R_SLOT | (1 << TAG_SHIFT);
    if (r === R_PARKED) this.kept = kept;
    else codec.undo();
    return r;
  }
  finish(g: Waiter): Result {
    this.waiting = false;
    if (p.closed) {
      this.takeBack();
      throw sendOnClosed();
    }
    this.sent++;
    return this.start(g);
  }

  private takeBack(): void {
    if (this.packed !== null) return;
    word.f64[0] = this.kept;
    this.chan.codec.undo();
  }

  override abandon(): void {
    if (this.waiting) this.takeBack();
    this.waiting = false;
  }

  override giveBack(): void {
    this.waiting = false;
  }

  override lose(): void {
    this.waiting = false;
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
