/**
 * What threads have of a context in common: a block of shared memory.
 *
 *  +0 OUTCOME  +4 REFS      how it ended, 0 as long as it lasts; handles, messages and records that name it
 *  +8 CHAN     +12 PARENT   a shared channel, closed at the end; the record of a context above it from another thread, or 0
 *
 * OUTCOME goes from 0 to its value once, by whoever is first: the thread that made the context, or any that finds that a
 * context above it is over or that its deadline has passed. So the thread in between may be busy, or dead. Whoever sees
 * it closes the channel before it says so to anybody: the first may not have come that far, and may never.
 */
import { schanClose, schanNew, schanRefs, allWords } from '../runtime/core.ts';
import { outOfMemory } from '../errors.ts';
import { decodeError, dropEncoded, encodeError, undoEncoded } from '../shared/args.ts';
import { alloc, free, sizeOf, u8 } from '../shared/heap.ts';
import { WITH_HANDLES } from '../shared/value/format.ts';
import { Canceled, DeadlineExceeded } from './errors.ts';

const OUTCOME = 0;
const REFS = 4;
const CHAN = 8;
const PARENT = 12;
const SIZE = 16;

/** An outcome: which error, and the block of the cause if that is another one. */
const CANCELED = 1;
const DEADLINE = 2;
const CODE = 7;

function load(record: number, field: number): number {
  return Atomics.load(allWords(), (record + field) >> 2);
}

/** A new record with one reference; takes over the one to its parent. */
export function newRecord(parent: number): number {
  const record = alloc(SIZE);
  const chan = schanNew(0);
  if (chan === 0) {
    free(record);
    throw outOfMemory();
  }
  const words = allWords();
  words[(record + OUTCOME) >> 2] = 0;
  words[(record + CHAN) >> 2] = chan;
  words[(record + PARENT) >> 2] = parent;
  Atomics.store(words, (record + REFS) >> 2, 1);
  return record;
}

export function chanOfRecord(record: number): number {
  return load(record, CHAN);
}

export function parentOfRecord(record: number): number {
  return load(record, PARENT);
}

export function retain(record: number): number {
  Atomics.add(allWords(), (record + REFS) >> 2, 1);
  return record;
}

/** Gives a reference back; with the last one the record goes. */
export function release(record: number): void {
  for (let r = record; r !== 0;) {
    if (Atomics.sub(allWords(), (r + REFS) >> 2, 1) > 1) return;
    const chan = load(r, CHAN);
    const parent = load(r, PARENT);
    dropEncoded(load(r, OUTCOME) & ~CODE);
    schanRefs(chan, -1);
    free(chan);
    free(r);
    r = parent;
  }
}

/** Whether it is over, in whichever thread. */
export function isOver(record: number): boolean {
  return load(record, OUTCOME) !== 0;
}

/** It is over: answers the error and the cause of whoever was the first to say so. */
export function publish(record: number, error: Error, reason: unknown): [Error, unknown] {
  let result: [Error, unknown] = [error, reason];
  if (isOver(record)) result = outcomeOf(record);
  else {
    const outcome = encodeOutcome(error, reason);
    if (Atomics.compareExchange(allWords(), (record + OUTCOME) >> 2, 0, outcome) !== 0) {
      dropEncoded(outcome & ~CODE);
      result = outcomeOf(record);
    }
  }
  schanClose(load(record, CHAN));
  return result;
}

function encodeOutcome(error: Error, reason: unknown): number {
  const code = error === DeadlineExceeded ? DEADLINE : CANCELED;
  return reason === errorOf(code) ? code : encodeCause(reason) | code;
}

/** Every thread decodes the cause for itself, so it must not own anything: handles inside become text. */
function encodeCause(reason: unknown): number {
  const block = encodeError(reason);
  if (u8()[block] !== WITH_HANDLES) return block;
  undoEncoded(block);
  const { name, message, stack } = reason instanceof Error ? reason : new Error(String(reason));
  return encodeError(Object.assign(new Error(message), { name, stack }));
}

function errorOf(code: number): Error {
  return code === DEADLINE ? DeadlineExceeded : Canceled;
}

function outcomeOf(record: number): [Error, unknown] {
  const outcome = load(record, OUTCOME);
  const error = errorOf(outcome & CODE);
  const block = outcome & ~CODE;
  return [error, block === 0 ? error : decodeError(copyOf(block))];
}

/** Decoding frees a block. */
function copyOf(block: number): number {
  const size = sizeOf(block);
  const copy = alloc(size);
  u8().copyWithin(copy, block, block + size);
  return copy;
}
