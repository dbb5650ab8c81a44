/** The threads that the library starts, seen from outside: which there are, and what they were started with. */
import threads, { type Worker, type WorkerOptions } from 'node:worker_threads';
import * as L from '../../../assembly/layout.ts';

export interface Started {
  readonly worker: Worker;
  /** The address of its processor. */
  readonly p: number;
  /** It has told of itself: its first message. */
  ready: boolean;
  gone: boolean;
}

interface Boot {
  readonly memory: WebAssembly.Memory;
  readonly p: number;
}

/** Those that have not ended. */
export const started = new Set<Started>();

/** So many have told of themselves. */
export let readied = 0;

/** The core's memory, once a thread was started. */
export let memory: WebAssembly.Memory | undefined;

/** What threads were in the middle of when they ended. */
export const ends = {
  holdingALock: 0,
  handingOver: 0,
  wakingMany: 0,
  lookingForWork: 0,
  withATaskInHand: 0,
  elsewhere: 0,
};

let onMemory: (memory: WebAssembly.Memory) => void = () => undefined;

/** From now on. Must be called before the library starts its first thread. */
export function watchThreads(first: (memory: WebAssembly.Memory) => void): void {
  onMemory = first;
  const Plain = threads.Worker;
  threads.Worker = class extends Plain {
    constructor(source: string | URL, options?: WorkerOptions) {
      super(source, options);
      if (options?.name === 'goroutines') note(this, options.workerData as Boot);
    }
  };
}

function note(worker: Worker, boot: Boot): void {
  const thread: Started = { worker, p: boot.p, ready: false, gone: false };
  started.add(thread);
  worker.once('message', () => {
    thread.ready = true;
    readied++;
  });
  worker.on('exit', () => {
    noteEnd(boot); // before the library's own listener: it was added before that
    thread.gone = true;
    started.delete(thread);
  });
  worker.unref(); // to listen is a reference
  if (memory === undefined) onMemory((memory = boot.memory));
}

function noteEnd({ memory, p }: Boot): void {
  const words = new Int32Array(memory.buffer);
  const word = (address: number): number => Atomics.load(words, address >> 2);
  const held = [word(p + L.P_HELD)];
  for (let i = word(p + L.P_HELD_CASES) - 1; i >= 0; i--) held.push(word(p + L.LOCKS + 4 * i));
  const before = ends.elsewhere;
  ends.elsewhere++;
  const note = (kind: Exclude<keyof typeof ends, 'elsewhere'>, happened: boolean): void => {
    if (!happened) return;
    ends[kind]++;
    ends.elsewhere = before;
  };
  note(
    'holdingALock',
    held.some((object) => object !== 0 && word(object) === p),
  );
  note('handingOver', word(p + L.P_FIRED) !== 0);
  note('wakingMany', word(p + L.P_MIDWAY) !== 0);
  note('lookingForWork', word(p + L.P_LOOKS) !== 0);
  note('withATaskInHand', word(p + L.P_TASK) !== 0);
}
