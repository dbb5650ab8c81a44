/** `chan`, and channels of one thread. The core decides who waits and where a value stands; the values stay here. */
import {
  CASE_RECV,
  CASE_SEND,
  C_CAPACITY_MAX,
  P_PARTNER,
  R_BLOCK,
  R_CLOSED,
  R_DIRECT,
  R_MEMORY,
  R_PARKED,
  R_REFILL,
  R_SELECT,
  R_SLOT,
  TAG,
  TAG_SHIFT,
} from '../assembly/layout.ts';
import { mistake, outOfMemory, Panic, sendOnClosed } from './errors.ts';
import type { Chan } from './chantypes.ts';
import type { Go } from './goroutine.ts';
import { finished } from './wait.ts';
import { RecvManyOp, SendManyOp } from './many.ts';
import { type Op, Operation } from './op.ts';
import { currentOwner } from './runtime/async.ts';
import { takeFrom, writeCase } from './runtime/cases.ts';
import { chanClose, chanLength, chanNew, chanRecv, chanSend, coreWords } from './runtime/core.ts';
import { kickIfReady } from './runtime/loop.ts';
import { ownerAt, p, type Waiter } from './runtime/processor.ts';
import { ageFresh, limitFresh, type Recorded, recorded } from './runtime/records.ts';
import { BLOCKED, done, PARKED, RESULT, type Result, takeResult, VOID } from './runtime/result.ts';
import { recvReady, sendReady, slotToPut, slotToTake } from './runtime/ring.ts';
import { ARMED, COUNTED, IDLE } from './runtime/state.ts';
import { checking } from './runtime/unused.ts';
import { makeShared } from './shared/channel.ts';
import { unshareable } from './shared/shareable.ts';
import type { SharedChan, SharedNumberChan } from './shared/shared.ts';
import { isType, type NumericType, type Type } from './shared/types.ts';

/** A channel whose values are JavaScript values of this thread. */
export class LocalChan<T> implements Chan<T>, Recorded {
  /** Its record in the core, or 0: see runtime/records.ts. */
  addr = 0;
  /**
   * The buffer, by the core's slots; filled in order, so it grows only as far as it is used. Not empty at first: V8 would
   * take it for an array of small integers, and change its mind with the first value of each channel.
   */
  readonly slots: (T | undefined)[] = [undefined];
  private receiving: RecvOp<T> | null = null;
  private sending: SendOp<T> | null = null;
  closed = false;
  /** Made outside any goroutine, so host code may hold it. */
  readonly outside = currentOwner() === null;
  hadRecord = false;

  constructor(readonly capacity: number) {
    limitFresh();
    this.addr = chanNew(capacity) || (ageFresh(), chanNew(capacity));
    if (this.addr === 0) throw outOfMemory();
    recorded(this);
  }

  // One operation a direction is kept for reuse: it is armed again when its last use is over. While it waits, or is
  // held unused, a fresh one is made.
  recv(): Op<T | undefined> {
    const op = this.receiving;
    if (op === null || op.state !== IDLE || p.async !== null) return this.newRecv();
    op.state = ARMED;
    return op;
  }

  private newRecv(): RecvOp<T> {
    const op = new RecvOp<T>(this);
    if (this.receiving === null && p.async === null && !checking) this.receiving = op;
    return op;
  }

  send(value: T): Op<void> {
    const op = this.sending;
    if (op === null || op.state !== IDLE || p.async !== null) return this.newSend(value);
    op.state = ARMED;
    op.value = value;
    return op;
  }

  private newSend(value: T): SendOp<T> {
    const op = new SendOp<T>(this, value);
    if (this.sending === null && p.async === null && !checking) this.sending = op;
    return op;
  }

  next(): Op<IteratorResult<T, undefined>> {
    return new NextOp<T>(this);
  }

  trySend(value: T): boolean {
    const r = this.put(this.sendNow(0), value);
    if (r === BLOCKED) return false;
    kickIfReady();
    return true;
  }

  tryRecv(): IteratorResult<T, undefined> | undefined {
    const r = this.recvNow(0);
    if ((r & TAG) === R_BLOCK) return undefined;
    if ((r & TAG) === R_CLOSED) return { done: true, value: undefined };
    const value = takeResult(this.get(r));
    if ((r & TAG) !== R_SLOT) kickIfReady();
    return { done: false, value: value as T };
  }

  sendMany(values: readonly T[]): Op<void> {
    if (!Array.isArray(values)) throw mistake('sendMany', 'an array', values);
    return new SendManyOp<T>(this, values);
  }

  recvMany(max: number): Op<T[]> {
    if (!Number.isInteger(max) || max < 1) throw mistake('recvMany', 'a positive integer', max);
    return new RecvManyOp<T>(this, max);
  }

  *each(body: (value: T) => unknown): Go {
    if (typeof body !== 'function') throw mistake('each', 'a function', body);
    const op = new EachOp<T>(this);
    for (;;) {
      op.state = ARMED; // nobody else has it, so one serves for all values
      const value = yield* op;
      if (value === CLOSED) return;
      const result = body(value as T);
      if (result !== undefined) yield* finished(result);
    }
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    // `for await` awaits whatever `next` answers, and an operation can be awaited.
    return { next: () => this.next() as unknown as Promise<IteratorResult<T, undefined>> };
  }

  close(): void {
    if (this.closed) throw new Panic('close of closed channel', 'ERR_CLOSE_OF_CLOSED');
    this.closed = true;
    if (this.addr === 0) return;
    chanClose(this.addr);
    kickIfReady();
  }

  get length(): number {
    return chanLength(this.addr);
  }

  /** The core's answer to a send by `g`. A channel that is open but has no record gets one first. */
  sendNow(g: number): number {
    const r = chanSend(this.addr, g);
    return r === R_CLOSED && this.opens() ? chanSend(this.addr, g) : r;
  }

  /** The core's answer to a receive by `g`. */
  recvNow(g: number): number {
    const r = chanRecv(this.addr, g);
    return r === R_CLOSED && this.opens() ? chanRecv(this.addr, g) : r;
  }

  /** Gets a record if the channel is open and has none; says whether it did. */
  opens(): boolean {
    if (this.closed || this.addr !== 0) return false;
    this.addr = chanNew(this.capacity);
    if (this.addr === 0) throw outOfMemory();
    recorded(this);
    return true;
  }

  /** Moves the value of a send whose result in the core is `r`. */
  put(r: number, value: T): Result {
    switch (r & TAG) {
      case R_SLOT:
        this.slots[r >> TAG_SHIFT] = value;
        return VOID;
      case R_DIRECT:
      case R_SELECT:
        ownerAt(r).value = value;
        return VOID;
      case R_CLOSED:
        throw sendOnClosed();
      default:
        return notNow(r);
    }
  }

  /** Moves the value of a receive whose result in the core is `r`. */
  get(r: number): Result {
    switch (r & TAG) {
      case R_SLOT:
        return done(this.swap(r >> TAG_SHIFT, undefined));
      case R_REFILL:
        return done(this.swap(r >> TAG_SHIFT, takeFrom(coreWords[P_PARTNER >> 2] as number) as T));
      case R_DIRECT:
      case R_SELECT:
        return done(takeFrom(r));
      case R_CLOSED:
        return VOID;
      default:
        return notNow(r);
    }
  }

  /** Takes the value of a slot and leaves another: what was received must not be kept alive here. */
  private swap(slot: number, value: T | undefined): T | undefined {
    const { slots } = this;
    const taken = slots[slot];
    slots[slot] = value;
    return taken;
  }
}

function notNow(r: number): Result {
  if (r === R_PARKED) return PARKED;
  if (r === R_MEMORY) throw outOfMemory();
  return BLOCKED;
}

function addressOf(g: Waiter | null): number {
  return g === null ? 0 : g.addr;
}

class RecvOp<T> extends Operation<T | undefined> {
  private readonly slots: (T | undefined)[];

  constructor(private readonly chan: LocalChan<T>) {
    super();
    this.slots = chan.slots;
  }

  get label(): string {
    return 'recv()';
  }

  override get outside(): boolean {
    return this.chan.outside;
  }

  override next(): Result {
    if (this.state !== ARMED) return this.resume();
    this.state = IDLE;
    const { chan, slots } = this;
    const slot = slotToTake(chan.addr, chan.capacity);
    // The fast path, kept small enough for V8 to inline: a value from the buffer, and the slice not used up.
    if (slot < 0 || ((slot & COUNTED) === 0 && --p.budget < 0)) return this.slow(slot);
    RESULT.value = slots[slot];
    slots[slot] = undefined;
    return RESULT;
  }

  private slow(slot: number): Result {
    return this.settle(this.commit(slot < 0 ? this.chan.recvNow(p.addr) : (slot << TAG_SHIFT) | R_SLOT));
  }

  start(g: Waiter | null): Result {
    return this.commit(this.chan.recvNow(addressOf(g)));
  }

  finish(g: Waiter): Result {
    return p.closed ? this.end() : done(handed(g));
  }

  override ready(): number {
    return recvReady(this.chan.addr);
  }

  describe(i: number): void {
    this.chan.opens();
    writeCase(i, CASE_RECV, this.chan.addr);
  }

  commit(r: number): Result {
    return (r & TAG) === R_CLOSED ? this.end() : this.chan.get(r);
  }

  /** Closed and drained. */
  protected end(): Result {
    return VOID;
  }
}

/** The value that a woken receiver was given. */
export function handed(g: Waiter): unknown {
  const { value } = g;
  g.value = undefined;
  return value;
}

class NextOp<T> extends Operation<IteratorResult<T, undefined>> {
  constructor(private readonly chan: LocalChan<T>) {
    super();
  }

  get label(): string {
    return 'next()';
  }

  override get outside(): boolean {
    return this.chan.outside;
  }

  start(g: Waiter | null): Result {
    return this.commit(this.chan.recvNow(addressOf(g)));
  }

  finish(g: Waiter): Result {
    if (p.closed) return done({ done: true, value: undefined });
    return done({ done: false, value: handed(g) });
  }

  override ready(): number {
    return recvReady(this.chan.addr);
  }

  describe(i: number): void {
    this.chan.opens();
    writeCase(i, CASE_RECV, this.chan.addr);
  }

  commit(r: number): Result {
    if ((r & TAG) === R_CLOSED) return done({ done: true, value: undefined });
    const result = this.chan.get(r);
    return result.done ? done({ done: false, value: result.value }) : result;
  }
}

/** What `each` receives at the end. */
const CLOSED = Symbol('closed');

class EachOp<T> extends RecvOp<T | typeof CLOSED> {
  constructor(chan: LocalChan<T>) {
    super(chan);
  }

  override get label(): string {
    return 'each()';
  }

  protected override end(): Result {
    return done(CLOSED);
  }
}

class SendOp<T> extends Operation<void> {
  private readonly slots: (T | undefined)[];

  constructor(
    private readonly chan: LocalChan<T>,
    public value: T | undefined,
  ) {
    super();
    this.slots = chan.slots;
  }

  get label(): string {
    return 'send()';
  }

  override get outside(): boolean {
    return this.chan.outside;
  }

  override next(): Result {
    if (this.state !== ARMED) return this.resume();
    this.state = IDLE;
    const { chan } = this;
    const slot = slotToPut(chan.addr, chan.capacity);
    if (slot < 0 || ((slot & COUNTED) === 0 && --p.budget < 0)) return this.slow(slot);
    this.slots[slot] = this.value;
    this.value = undefined;
    return VOID;
  }

  private slow(slot: number): Result {
    const r = slot < 0 ? this.chan.sendNow(p.addr) : (slot << TAG_SHIFT) | R_SLOT;
    return this.settle(this.move(r, p.self));
  }

  start(g: Waiter | null): Result {
    return this.move(this.chan.sendNow(addressOf(g)), g);
  }

  /** Hands the value on, or lets the goroutine that waits offer it. */
  private move(r: number, g: Waiter | null): Result {
    if (r === R_BLOCK) return BLOCKED; // tried without a goroutine: the value is still needed
    const value = this.value as T;
    this.value = undefined;
    const result = this.chan.put(r, value);
    if (result === PARKED && g !== null) g.value = value;
    return result;
  }

  finish(g: Waiter): Result {
    g.value = undefined;
    this.value = undefined;
    if (p.closed) throw sendOnClosed();
    return VOID;
  }

  override ready(): number {
    return sendReady(this.chan.addr, this.chan.capacity);
  }

  describe(i: number): void {
    this.chan.opens();
    writeCase(i, CASE_SEND, this.chan.addr);
  }

  commit(r: number): Result {
    const value = this.value as T;
    this.value = undefined;
    return this.chan.put(r, value);
  }

  override offer(): unknown {
    return this.value;
  }

  override abandon(): void {
    this.value = undefined;
  }
}

unshareable(LocalChan, 'a local channel (make it with a type: chan(type, capacity))');

/**
 * Makes a channel. Without a type it is local: for the goroutines of this thread, and values of any kind pass by
 * reference. With a type it crosses threads: values are copied, and buffers move.
 *
 * Its memory is freed when no thread can reach it any more; closing is not needed for that.
 *
 * Source: the Go specification, "Channel types" and "Making slices, maps and channels".
 *
 * @param type of the values of a shared channel, such as `i32`, `string` or `value<Job>()`.
 * @param capacity how many values it holds without a receiver; 0, the default, makes every send a rendezvous.
 * @throws Panic `makechan: size out of range` unless `capacity` is an integer from 0 to 268,435,455 (134,217,720 for a
 *   shared channel).
 * @throws Panic `out of memory` when the core is at its maximum.
 * @example
 * const jobs = chan<string>(10);
 * const results = chan(f64, 100);
 */
export function chan<T>(capacity?: number): Chan<T>;
export function chan<T, Many>(type: NumericType<T, Many>, capacity?: number): SharedNumberChan<T, Many>;
export function chan<T>(type: Type<T>, capacity?: number): SharedChan<T>;
export function chan(first: unknown = 0, second = 0): unknown {
  if (isType(first)) return makeShared(first, second);
  if (!Number.isInteger(first) || (first as number) < 0 || (first as number) > C_CAPACITY_MAX) {
    throw new Panic('makechan: size out of range', 'ERR_CHAN_SIZE');
  }
  return new LocalChan(first as number);
}
