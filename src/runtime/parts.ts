/**
 * Which programs have goroutines on a processor. Its thread says so in its record, where the thread of the programs can
 * read it at any time: a message would come too late, when a program ends just after its first goroutine there began.
 */
import { P_PART_RUNS, P_PARTS, PARTS_LISTED, RUNS_MAX } from '../../assembly/layout.ts';
import { allWords, coreWords } from './core.ts';

const FIRST = P_PART_RUNS >> 2;
const COUNT = P_PARTS >> 2;
/** Stands for what is outside any program, which is called 0 as a free place is. No program has slot 0. */
const OUTSIDE = RUNS_MAX;

/** What this thread has written. */
const places = new Array<number>(PARTS_LISTED).fill(0);

function put(place: number, name: number): void {
  if (place < 0) return; // they are all taken, or were
  places[place] = name;
  Atomics.store(coreWords, FIRST + place, name);
}

/** On this thread a program has goroutines from now on. */
export function enterPart(run: number): void {
  Atomics.add(coreWords, COUNT, 1);
  put(places.indexOf(0), run || OUTSIDE);
}

/** Its last goroutine here has ended. */
export function leavePart(run: number): void {
  put(places.indexOf(run || OUTSIDE), 0);
  Atomics.sub(coreWords, COUNT, 1);
}

/** A new processor has none. Its record may have been another one's. */
export function clearParts(p: number): void {
  allWords().fill(0, (p + P_PARTS) >> 2, ((p + P_PART_RUNS) >> 2) + PARTS_LISTED);
}

/** The programs with goroutines on a processor, and whether those are all. */
export function partsOn(p: number): { runs: number[]; all: boolean } {
  const words = allWords();
  const runs: number[] = [];
  for (let i = 0; i < PARTS_LISTED; i++) {
    const run = Atomics.load(words, ((p + P_PART_RUNS) >> 2) + i);
    if (run !== 0) runs.push(run === OUTSIDE ? 0 : run);
  }
  return { runs, all: runs.length === Atomics.load(words, (p + P_PARTS) >> 2) };
}
