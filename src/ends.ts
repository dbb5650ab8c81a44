/**
 * The ends of programs on other threads. A program is over when its goroutines there have cleaned up, too: its end may
 * be that of the process, and a thread that has only been told would be stopped before it did anything.
 *
 * One that computes cannot be told. It is waited for a little while only; and when it still computes much later, for
 * nobody, while others need its thread, the thread is ended.
 */
import { host } from './host/index.ts';
import { partsOn } from './runtime/parts.ts';
import { clock } from './runtime/processor.ts';
import { runIs } from './runtime/runs.ts';

/** What a processor was told and has not answered: the programs, and since when. */
export type Unanswered = Map<number, number>;

/** The end of a program waits for its clean-up so long. */
const ANSWER_MS = 100;
/** A thread is ended that has computed for so long after the end of its program, while there is work for it. */
const STUCK_MS = 1000;

const waits = new Set<{ run: number; asked: Set<Unanswered>; done: () => void }>();

/** Whether the event loop must stay open for an end. */
export function endsPending(): boolean {
  return waits.size > 0;
}

/** Resolves when all have answered, or are not waited for any more. */
export function answered(run: number, asked: readonly Unanswered[]): Promise<void> {
  const now = clock();
  for (const unanswered of asked) unanswered.set(run, now);
  return new Promise((resolve) => {
    // Not a timer that keeps the process alive: that would count as one of the program's.
    const stop = host.poll(() => wait.done(), ANSWER_MS);
    const wait = {
      run,
      asked: new Set(asked),
      done(): void {
        stop();
        waits.delete(wait);
        resolve();
      },
    };
    waits.add(wait);
  });
}

/** One of them has answered, or its thread has ended. */
export function answer(unanswered: Unanswered, run: number): void {
  unanswered.delete(run);
  for (const wait of [...waits]) {
    if (wait.run === run && wait.asked.delete(unanswered) && wait.asked.size === 0) wait.done();
  }
}

/** Whether a processor computes for nobody: only for programs that were over long ago. */
export function computesInVain(p: number, unanswered: Unanswered): boolean {
  const since = Math.min(...unanswered.values());
  if (!(clock() - since >= STUCK_MS)) return false;
  const { runs, all } = partsOn(p);
  return all && !runs.some(runIs);
}
