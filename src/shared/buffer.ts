/** Buffers: memory that all threads can see, and that is moved and not copied. */
import type { Codec } from './codec.ts';
import { alloc, free, sizeOf, u8 } from './heap.ts';
import { mismatch, refusal } from './mismatch.ts';
import type { sharedBrand } from './shared.ts';
import { TAG_BUFFER, shareable } from './shareable.ts';
import { word } from './word.ts';

/** What a handle owns; outlives it, for the collector of garbage. */
interface Block {
  /** 0: of an empty buffer, or no longer this handle's. */
  address: number;
  state: 'alive' | 'sent' | 'disposed';
}

// A handle that was forgotten frees its block, or is forgotten as a giver.
const registry = new FinalizationRegistry<Block>((block) => {
  if (block.state === 'alive') freeBlock(block.address);
  else if (givers.get(block.address)?.deref() === undefined) givers.delete(block.address);
});

/** By the address of a block, who gave it away last: for when it could not be sent after all. */
const givers = new Map<number, WeakRef<SharedBuffer>>();

// A view may outlive the handle in the program: as long as it is there, the block must not be freed.
const handleOfView = new WeakMap<Uint8Array, SharedBuffer>();

function freeBlock(address: number): void {
  if (address !== 0) free(address);
}

/**
 * A handle of bytes in shared memory, made by `buffer(n)`. Sending it, on a shared channel or to a task, moves the
 * bytes, whatever their number, at no cost: the receiver gets a handle of its own, and this one is dead.
 *
 * The bytes are freed when nobody has the handle or its `bytes` any more. Another view that is laid over them does not
 * count: keep the handle for as long as the view is used.
 *
 * @example
 * using frame: SharedBuffer = buffer(1920 * 1080 * 4); // kept to the end of the block, and so are its bytes
 * const pixels = new Float32Array(frame.bytes.buffer, frame.bytes.byteOffset, frame.byteLength / 4);
 * pixels.fill(1);
 */
export class SharedBuffer {
  declare readonly [sharedBrand]: true;
  private readonly block: Block;
  private readonly length: number;
  private view: Uint8Array | undefined;

  /** @internal */
  constructor(address: number, length: number) {
    this.block = { address, state: 'alive' };
    this.length = length;
    registry.register(this, this.block);
  }

  /**
   * The bytes, in place: what is written here, the receiver will read. Not to be used any more once the buffer was
   * sent or freed, for then they are somebody else's. They begin at a multiple of 8 of `bytes.buffer`, so that any
   * typed array may be laid over them, while the handle is kept.
   *
   * @throws TypeError if the buffer was sent or freed.
   */
  get bytes(): Uint8Array {
    const why = this.refuse();
    if (why !== undefined) throw new TypeError(`${why} has no bytes any more`);
    const { buffer } = u8();
    // Memory that cannot be shared is another one when it has grown.
    if (this.view?.buffer !== buffer) {
      this.view = new Uint8Array(buffer, this.block.address, this.length);
      handleOfView.set(this.view, this);
    }
    return this.view;
  }

  /** The size in bytes; 0 once the buffer was sent or freed. */
  get byteLength(): number {
    return this.block.state === 'alive' ? this.length : 0;
  }

  /** Frees the bytes now, and not when the handle is collected as garbage. No effect if the buffer was sent. */
  [Symbol.dispose](): void {
    if (this.block.state !== 'alive') return;
    this.block.state = 'disposed';
    this.view = undefined;
    freeBlock(this.block.address);
  }

  /** @internal Why it cannot be used; undefined if it can. */
  refuse(): string | undefined {
    if (this.block.state === 'alive') return undefined;
    return this.block.state === 'sent' ? 'a buffer that was sent' : 'a buffer that was freed';
  }

  /** @internal Gives the block away. */
  give(): number {
    this.block.state = 'sent';
    this.view = undefined;
    givers.set(this.block.address, new WeakRef(this));
    return this.block.address;
  }

  /** @internal Takes back what was given. */
  takeBack(): void {
    this.block.state = 'alive';
  }
}

function adopt(address: number): SharedBuffer {
  return new SharedBuffer(address, address === 0 ? 0 : sizeOf(address));
}

/** It could not be sent: back to its handle, if that is still there. */
function undo(address: number): void {
  const giver = givers.get(address)?.deref();
  givers.delete(address);
  if (giver === undefined) freeBlock(address);
  else giver.takeBack();
}

shareable(TAG_BUFFER, SharedBuffer, {
  refuse: (buffer) => buffer.refuse(),
  give: (buffer) => [buffer.give(), ''],
  adopt,
  discard: freeBlock,
  undo,
});

export const bufferCodec: Codec<SharedBuffer> = {
  slot: 'f64',
  write(value, where) {
    if (!(value instanceof SharedBuffer)) throw mismatch(where, 'a buffer (made by buffer(n))', value);
    const why = value.refuse();
    if (why !== undefined) throw refusal(where, '', `${why} cannot be shared`);
    word.f64[0] = value.give();
  },
  read: () => adopt(word.f64[0]!),
  drop: () => freeBlock(word.f64[0]!),
  undo: () => undo(word.f64[0]!),
};

/** `n` bytes, all 0. */
export function makeBuffer(n: number): SharedBuffer {
  if (!Number.isInteger(n) || n < 0) throw mismatch('buffer', 'a size in bytes (an integer, 0 or more)', n);
  if (n === 0) return new SharedBuffer(0, 0);
  const address = alloc(n);
  u8().fill(0, address, address + n);
  return new SharedBuffer(address, n);
}
