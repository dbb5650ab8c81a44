/**
 * The record of a local channel, from this side. A value that only goes into the buffer or out of it changes two numbers
 * of the record; they are changed right here, for a call of the core costs more than that. Whenever anything else may be
 * the matter (somebody waits, the channel is closed, it has no record) the answer is -1, and the core decides. Both
 * sides keep the invariants of assembly/chan.ts; the record is this thread's alone, so nobody comes between a read and a
 * write. Why: docs/decisions/0011.
 */
import {
  C_CLOSED,
  C_COUNT,
  C_HEAD,
  C_RECVQ,
  C_SENDQ,
  G_SELECT,
  Q_FIRST,
  SELECT_MANY,
  W_G,
} from '../../assembly/layout.ts';
import { p } from './processor.ts';
import { NO, UNKNOWN, YES } from './state.ts';

/**
 * Whether somebody waits: YES, NO, or UNKNOWN when it is one who waits on shared objects, too. Another thread may be
 * waking that one, and then there is nobody.
 */
function waits(first: number): number {
  const { words } = p;
  if (first === 0) return NO;
  const g = words[(first + W_G) >> 2] as number;
  // A record that `words` does not cover reads as undefined, which is not less either.
  return (words[(g + G_SELECT) >> 2] as number) <= SELECT_MANY ? YES : UNKNOWN;
}

/** Whether a send would complete at once. UNKNOWN without a record: it may be closed, or have given its record back. */
export function sendReady(c: number, capacity: number): number {
  const { words } = p;
  const at = c >> 2;
  if (c === 0) return UNKNOWN;
  if ((words[at + (C_COUNT >> 2)] as number) < capacity || words[at + (C_CLOSED >> 2)] !== 0) return YES;
  return waits(words[at + ((C_RECVQ + Q_FIRST) >> 2)] as number);
}

/** Whether a receive would complete at once. */
export function recvReady(c: number): number {
  const { words } = p;
  const at = c >> 2;
  if (c === 0) return UNKNOWN;
  if (words[at + (C_COUNT >> 2)] !== 0 || words[at + (C_CLOSED >> 2)] !== 0) return YES;
  return waits(words[at + ((C_SENDQ + Q_FIRST) >> 2)] as number);
}

/** The slot to put a value in, or -1. */
export function slotToPut(c: number, capacity: number): number {
  const { words } = p;
  const at = c >> 2;
  const count = words[at + (C_COUNT >> 2)] as number;
  if (count >= capacity) return -1;
  if (words[at + (C_CLOSED >> 2)] !== 0 || words[at + ((C_RECVQ + Q_FIRST) >> 2)] !== 0) return -1;
  words[at + (C_COUNT >> 2)] = count + 1;
  const slot = (words[at + (C_HEAD >> 2)] as number) + count;
  return slot < capacity ? slot : slot - capacity;
}

/** The slot to take a value from, or -1. */
export function slotToTake(c: number, capacity: number): number {
  const { words } = p;
  const at = c >> 2;
  const count = words[at + (C_COUNT >> 2)] as number;
  if (count === 0 || words[at + ((C_SENDQ + Q_FIRST) >> 2)] !== 0) return -1;
  words[at + (C_COUNT >> 2)] = count - 1;
  const slot = words[at + (C_HEAD >> 2)] as number;
  words[at + (C_HEAD >> 2)] = slot + 1 === capacity ? 0 : slot + 1;
  return slot;
}
