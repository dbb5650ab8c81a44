/**
 * Ends the process when nothing has happened for a while, and says what everybody was doing. A thread of its own: the
 * main thread may be what hangs.
 */
import { writeSync } from 'node:fs';
import { Worker, workerData } from 'node:worker_threads';
import { dump } from './core.ts';

const STALL_MS = 20_000;
const LOOK_MS = 500;
/** So long the main thread has time to end the process itself. */
const LAST_MS = 2000;

const STEPS = 0;
const GIVE_UP = 1;

interface Given {
  readonly watchdog: Int32Array;
  /** What is said first: how to do it again. */
  readonly replay: string;
}

export interface Watchdog {
  /** Something has happened. */
  step(): void;
  /** What to dump. */
  show(memory: WebAssembly.Memory): void;
}

/** On the main thread. `program` is the module that calls `guard` in other threads. */
export function startWatchdog(program: string, replay: string): Watchdog {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const given: Given = { watchdog: words, replay };
  const worker = new Worker(new URL(program), { workerData: given, stdout: false });
  worker.unref();
  setInterval(() => {
    if (Atomics.load(words, GIVE_UP) !== 0) process.exit(1);
  }, LOOK_MS).unref();
  return {
    step: () => void Atomics.add(words, STEPS, 1),
    show: (memory) => worker.postMessage(memory),
  };
}

/** Whether this thread is the watchdog. */
export function isWatchdog(): boolean {
  return (workerData as Partial<Given> | null)?.watchdog !== undefined;
}

/** In the watchdog's thread. */
export async function guard(): Promise<void> {
  const { watchdog: words, replay } = workerData as Given;
  const { parentPort } = await import('node:worker_threads');
  let memory: WebAssembly.Memory | undefined;
  parentPort?.on('message', (m: WebAssembly.Memory) => (memory = m));
  let seen = -1;
  let since = performance.now();
  setInterval(() => {
    const now = performance.now();
    const steps = Atomics.load(words, STEPS);
    if (steps !== seen) {
      seen = steps;
      since = now;
    } else if (now - since > STALL_MS) {
      // The descriptor itself: what a thread prints goes through the main thread.
      const all = memory === undefined ? '(no thread was started)' : dump(memory);
      writeSync(2, `\nhangs: nothing has happened for ${STALL_MS / 1000} s\n${all}\nagain: ${replay}\n`);
      Atomics.store(words, GIVE_UP, 1);
      setTimeout(() => {
        writeSync(2, 'the main thread itself does not answer\n');
        process.kill(process.pid, 'SIGKILL');
      }, LAST_MS);
      since = Infinity;
    }
  }, LOOK_MS);
}
