/** The bytes of a message while it is made. Private ones: how long it will be is not known before. */
import { alloc, u8 } from '../heap.ts';
import { SHORT, isWellFormed, latin1Into, utf16Into, utf8Into } from '../text.ts';
import * as F from './format.ts';

/** The content of a large view: it goes from the program's memory into the block, without a copy between. */
interface Chunk {
  readonly content: Uint8Array;
  readonly length: number;
  /** Where it goes in, in the bytes of the encoder, which have no room for it. */
  readonly at: number;
}

/** Content of this size is a chunk. */
const LARGE = 1024;

/** Buffers up to this size are kept for the next message. */
const KEPT = 1 << 16;

export class Writer {
  protected at = F.HEADER;
  protected chunks: Chunk[] = [];
  private bytes = new Uint8Array(1024);
  private view = new DataView(this.bytes.buffer);

  byte(value: number): void {
    this.room(1);
    this.bytes[this.at++] = value;
  }

  string(text: string): void {
    const { length } = text;
    this.room(3 * length + 8);
    if (length <= SHORT && latin1Into(this.bytes, this.at + 1, text)) {
      this.bytes[this.at] = F.STRING | length;
      this.at += 1 + length;
    } else if (length > SHORT && isWellFormed(text)) {
      // The length comes first, and in fixed width, for it is not known before.
      this.byte(F.UTF8_LONG);
      const written = utf8Into(this.bytes, this.at + 4, text);
      this.view.setUint32(this.at, written, true);
      this.at += 4 + written;
    } else {
      this.byte(F.UTF16_LONG);
      this.size(length);
      utf16Into(this.bytes, this.at, text);
      this.at += 2 * length;
    }
  }

  /** A whole number from 0 to 2^32 - 1, in as few bytes as it needs. */
  size(value: number): void {
    this.room(5);
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.bytes[this.at++] = (rest & 0x7f) | 0x80;
    this.bytes[this.at++] = rest;
  }

  bits(value: bigint): void {
    this.room(8);
    this.view.setBigInt64(this.at, value, true);
    this.at += 8;
  }

  float(value: number): void {
    this.room(8);
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  number(value: number): void {
    this.room(9);
    const { bytes, at } = this;
    const whole = value | 0;
    if (whole !== value || (whole === 0 && 1 / value < 0)) {
      bytes[at] = F.F64;
      this.view.setFloat64(at + 1, value, true);
      this.at += 9;
    } else if (whole >= 0 && whole < F.STRING) {
      bytes[at] = whole;
      this.at += 1;
    } else {
      bytes[at] = F.I32;
      this.view.setInt32(at + 1, whole, true);
      this.at += 5;
    }
  }

  content(content: Uint8Array): void {
    const { length } = content;
    this.size(length);
    if (length >= LARGE) {
      this.chunks.push({ content, length, at: this.at });
    } else {
      this.room(length);
      this.bytes.set(content, this.at);
      this.at += length;
    }
  }

  /** The header. */
  protected head(kind: number, table: number): void {
    this.bytes[0] = kind;
    this.view.setUint32(4, table, true);
  }

  /** Of the message so far. */
  protected length(): number {
    let length = this.at;
    for (const chunk of this.chunks) length += chunk.length;
    return length;
  }

  /** All of it in a block. */
  protected block(): number {
    const { bytes, chunks } = this;
    if (chunks.some(({ content, length }) => content.length !== length)) {
      throw new TypeError('a getter has transferred or resized an ArrayBuffer that was being sent');
    }
    const address = alloc(this.length());
    const memory = u8();
    let from = 0;
    let to = address;
    for (const { content, length, at } of chunks) {
      copy(bytes, from, memory, to, at - from);
      to += at - from;
      memory.set(content, to);
      to += length;
      from = at;
    }
    copy(bytes, from, memory, to, this.at - from);
    return address;
  }

  clear(): void {
    this.at = F.HEADER;
    if (this.chunks.length > 0) this.chunks = [];
    if (this.bytes.length > KEPT) this.resize(1024);
  }

  private room(more: number): void {
    const needed = this.at + more;
    if (needed > this.bytes.length) this.resize(Math.max(needed, 2 * this.bytes.length));
  }

  private resize(size: number): void {
    const old = this.bytes;
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
    this.bytes.set(old.subarray(0, Math.min(this.at, size)));
  }
}

/** Copies bytes; a few of them in a loop, for `set` needs a view of its own. */
export function copy(from: Uint8Array, start: number, to: Uint8Array, at: number, length: number): void {
  if (length > 128) to.set(from.subarray(start, start + length), at);
  else for (let i = 0; i < length; i++) to[at + i] = from[start + i]!;
}
