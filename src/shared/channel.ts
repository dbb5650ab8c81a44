/**
 * Channels between threads: the handle. The lock, the ring and the wait lists are the core's, in shared memory; here
 * values become words, and words values.
 */
import { R_BLOCK, R_CLOSED, R_SLOT, SC_CAPACITY, SC_CAPACITY_MAX, TAG } from '../../assembly/layout.ts';
import { mistake, outOfMemory, Panic, sendOnClosed } from '../errors.ts';
import type { Go } from '../goroutine.ts';
import type { Op } from '../op.ts';
import { currentOwner } from '../runtime/async.ts';
import {
  schanClose,
  schanClosed,
  schanLength,
  schanNew,
  schanRecv,
  schanRefs,
  schanSend,
  wordAt,
} from '../runtime/core.ts';
import { kickIfReady } from '../runtime/loop.ts';
import { p } from '../runtime/processor.ts';
import { ARMED, IDLE } from '../runtime/state.ts';
import { checking } from '../runtime/unused.ts';
import { finished } from '../wait.ts';
import { CLOSED, SharedEachOp, SharedNextOp, SharedRecvOp, SharedSendOp } from './chanops.ts';
import type { Codec } from './codec.ts';
import { free } from './heap.ts';
import { SharedRecvMany, SharedSendMany } from './manyops.ts';
import { shareable, TAG_CHAN } from './shareable.ts';
import type { sharedBrand, SharedChan } from './shared.ts';
import { typeNamed } from './typename.ts';
import type { AnyType } from './types.ts';

export class SharedChannel<T> implements SharedChan<T> {
  declare readonly [sharedBrand]: true;
  readonly codec: Codec<T>;
  readonly capacity: number;
  /** Made outside any goroutine, so host code may hold it. */
  readonly outside = currentOwner() === null;
  private receiving: SharedRecvOp<T> | null = null;
  private sending: SharedSendOp<T> | null = null;

  /** Takes over one reference. */
  constructor(
    readonly addr: number,
    readonly type: AnyType,
  ) {
    this.codec = type.codec as Codec<T>;
    this.capacity = wordAt(addr + SC_CAPACITY);
    handles.set(addr, new WeakRef(this));
    dropped.register(this, { addr, type });
  }

  // One operation a direction is kept for reuse, as of a local channel.
  recv(): Op<T | undefined> {
    const op = this.receiving;
    if (op !== null && op.state === IDLE && p.async === null) {
      op.state = ARMED;
      return op;
    }
    const made = new SharedRecvOp<T>(this);
    if (op === null && p.async === null && !checking) this.receiving = made;
    return made;
  }

  send(value: T): Op<void> {
    const op = this.sending;
    if (op !== null && op.state === IDLE && p.async === null) {
      op.state = ARMED;
      op.value = value;
      return op;
    }
    const made = new SharedSendOp<T>(this, value);
    if (op === null && p.async === null && !checking) this.sending = made;
    return made;
  }

  next(): Op<IteratorResult<T, undefined>> {
    return new SharedNextOp<T>(this);
  }

  trySend(value: T): boolean {
    const { codec } = this;
    codec.write(value, 'trySend');
    const r = schanSend(this.addr, 0) & TAG;
    if (r === R_SLOT) {
      kickIfReady();
      return true;
    }
    codec.undo();
    if (r === R_CLOSED) throw sendOnClosed();
    return false;
  }

  tryRecv(): IteratorResult<T, undefined> | undefined {
    const r = schanRecv(this.addr, 0) & TAG;
    if (r === R_BLOCK) return undefined;
    if (r === R_CLOSED) return { done: true, value: undefined };
    const value = this.codec.read();
    kickIfReady();
    return { done: false, value };
  }

  sendMany(values: readonly T[] | ArrayLike<T>): Op<void> {
    if (!Array.isArray(values) && !(ArrayBuffer.isView(values) && !(values instanceof DataView))) {
      throw mistake('sendMany', 'an array or a typed array', values);
    }
    return new SharedSendMany<T>(this, values);
  }

  recvMany(max: number): Op<T[]> {
    if (!Number.isInteger(max) || max < 1) throw mistake('recvMany', 'a positive integer', max);
    return new SharedRecvMany<T>(this, max) as unknown as Op<T[]>;
  }

  *each(body: (value: T) => unknown): Go {
    if (typeof body !== 'function') throw mistake('each', 'a function', body);
    const op = new SharedEachOp<T>(this);
    for (;;) {
      op.state = ARMED; // nobody else has it, so one serves for all values
      const value = yield* op;
      if (value === CLOSED) return;
      const result = body(value);
      if (result !== undefined) yield* finished(result);
    }
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    // `for await` awaits whatever `next` answers, and an operation can be awaited.
    return { next: () => this.next() as unknown as Promise<IteratorResult<T, undefined>> };
  }

  close(): void {
    if (schanClose(this.addr) === R_CLOSED) throw new Panic('close of closed channel', 'ERR_CLOSE_OF_CLOSED');
    kickIfReady();
  }

  get closed(): boolean {
    return schanClosed(this.addr);
  }

  get length(): number {
    return schanLength(this.addr);
  }
}

interface Reference {
  readonly addr: number;
  readonly type: AnyType;
}

/** The handles of this thread: a channel that arrives twice is the same object. */
const handles = new Map<number, WeakRef<SharedChannel<unknown>>>();

const dropped = new FinalizationRegistry<Reference>((reference) => {
  const { addr } = reference;
  // One that arrived since has a handle of its own.
  if (handles.get(addr)?.deref() === undefined) handles.delete(addr);
  release(reference);
});

/** Gives a reference back. With the last one the channel goes, and what is left in it. */
function release({ addr, type }: Reference): void {
  if (schanRefs(addr, -1) > 0) return;
  while ((schanRecv(addr, 0) & TAG) === R_SLOT) type.codec.drop();
  free(addr);
}

shareable(TAG_CHAN, SharedChannel, {
  give(chan) {
    schanRefs(chan.addr, 1);
    return [chan.addr, chan.type.name];
  },
  adopt(addr, name) {
    const known = handles.get(addr)?.deref();
    if (known === undefined) return new SharedChannel(addr, typeNamed(name));
    schanRefs(addr, -1); // the handle has one already
    return known;
  },
  discard: (addr, name) => release({ addr, type: typeNamed(name) }),
});

/** Makes a channel that crosses threads. */
export function makeShared(type: AnyType, capacity: number): SharedChannel<unknown> {
  if (!Number.isInteger(capacity) || capacity < 0 || capacity > SC_CAPACITY_MAX) {
    throw new Panic('makechan: size out of range', 'ERR_CHAN_SIZE');
  }
  const addr = schanNew(capacity);
  if (addr === 0) throw outOfMemory();
  return new SharedChannel(addr, type);
}
