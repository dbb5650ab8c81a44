// An order of steps, written down: `0x12 1x3 0 1t`.
//
// A word is one thread that makes so many accesses: thread 0 twelve, thread 1 three, thread 0 one; `1t` is the
// time limit of thread 1's sleep. It counts every access, whether or not it was a choice of the search, so it
// means the same to every later search.

import type { Made } from './graph.ts';

export function written(path: readonly Made[], threads: number): string {
  const words: { name: string; steps: number }[] = [];
  for (const { move, steps } of path) {
    const last = words.at(-1);
    const name = move < threads ? String(move) : `${move - threads}t`;
    if (last && last.name === name && move < threads) last.steps += steps;
    else words.push({ name, steps });
  }
  return words.map(({ name, steps }) => (steps === 1 ? name : `${name}x${steps}`)).join(' ');
}

/** The moves of a replay, one for each access. */
export function movesOf(replay: string, threads: number): number[] {
  return replay.split(' ').flatMap((word) => {
    const parts = /^(\d)(t?)(?:x(\d+))?$/.exec(word);
    if (!parts) throw new Error(`not a replay: ${word}`);
    const thread = Number(parts[1]);
    const steps = Number(parts[3] ?? 1);
    if (thread >= threads) throw new Error(`the scenario has no thread ${thread}`);
    if (!parts[2]) return Array<number>(steps).fill(thread);
    return [threads + thread, ...Array<number>(steps - 1).fill(thread)];
  });
}
