/** The case table of select, and what the core's results mean to every operation. */
import {
  CASE_ADDR,
  CASE_KIND,
  CASE_SEMA,
  CASE_SIZE,
  CASE_SLEEP,
  CASE_WHEN,
  P_VALUE,
  R_BLOCK,
  R_MEMORY,
  R_PARKED,
  R_SELECT,
  TAG,
} from '../../assembly/layout.ts';
import { outOfMemory } from '../errors.ts';
import { caseOf, caseTimes, caseWords, coreWords } from './core.ts';
import { ownerAt } from './processor.ts';
import { BLOCKED, PARKED, type Result, VOID } from './result.ts';

/** Writes case `i`: its kind and the record it waits on. */
export function writeCase(i: number, kind: number, addr: number): void {
  const at = (i * CASE_SIZE) >> 2;
  caseWords[at + (CASE_KIND >> 2)] = kind;
  caseWords[at + (CASE_ADDR >> 2)] = addr;
}

export function writeSleepCase(i: number, when: number): void {
  writeCase(i, CASE_SLEEP, 0);
  caseTimes[(i * CASE_SIZE + CASE_WHEN) >> 3] = when;
}

/** For operations without a value: completed, parked, or blocked. */
export function parkedOr(r: number): Result {
  switch (r & TAG) {
    case R_PARKED:
      return PARKED;
    case R_BLOCK:
      return BLOCKED;
    case R_MEMORY:
      throw outOfMemory();
    default:
      return VOID;
  }
}

/** Takes the value that a parked sender offers. The result names the sender, and how it waits. */
export function takeFrom(tagged: number): unknown {
  const sender = ownerAt(tagged);
  if ((tagged & TAG) === R_SELECT) return sender.op?.offer(caseOf(sender.addr));
  const { value } = sender;
  sender.value = undefined;
  return value;
}

/** Writes case `i`: permits of a semaphore. */
export function writeSemaCase(i: number, addr: number, n: number): void {
  writeCase(i, CASE_SEMA, addr);
  caseWords[(i * CASE_SIZE + CASE_WHEN) >> 2] = n;
}

/** Writes case `i` with the word: what is sent if it is chosen. */
export function writeWordCase(i: number, kind: number, addr: number): void {
  writeCase(i, kind, addr);
  const at = (i * CASE_SIZE + CASE_WHEN) >> 2;
  // As integers: 64 bits that happen to be no number must not become the usual one.
  caseWords[at] = coreWords[P_VALUE >> 2] as number;
  caseWords[at + 1] = coreWords[(P_VALUE >> 2) + 1] as number;
}
