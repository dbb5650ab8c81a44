import { blockFor, blockOn, sleepOn } from './atomics.ts';
import { nodeThreads, type ThreadsProcess } from './node-threads.ts';
import type { Host } from './types.ts';

/** Only what is used, so that the library's types need no types of Node. */
interface NodeProcess extends ThreadsProcess {
  versions?: { node?: string; bun?: string; deno?: string };
  env: Record<string, string | undefined>;
  getActiveResourcesInfo?: () => string[];
  emitWarning(message: string, type: string): void;
  nextTick(f: () => void): void;
  on(event: 'beforeExit', f: () => void): void;
  off(event: 'beforeExit', f: () => void): void;
  listenerCount(event: string): number;
  stdin: { readableFlowing: boolean | null; listenerCount(event: string): number };
}
interface NodeGlobals {
  process?: NodeProcess;
  setImmediate(f: () => void): unknown;
}

/** Node, and whatever offers Node's process and setImmediate. */
export function nodeHost(): Host | undefined {
  const globals = globalThis as unknown as NodeGlobals;
  const node = globals.process;
  if (!node?.versions?.node || typeof globals.setImmediate !== 'function') return undefined;
  const { setImmediate } = globals;
  const holder = keeper();
  const threads = nodeThreads(node);
  // A supervisor that forked the process listens already; what is added later is the program's.
  const messageListeners = node.listenerCount('message');
  const checking = node.env['GOROUTINES_CHECK'] === '1';
  return {
    macrotask: (f) => void setImmediate(f),
    setTimer: (f, ms) => setTimeout(f, ms),
    clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    poll(f, ms) {
      const timer = setInterval(f, ms) as unknown as { unref(): void };
      timer.unref();
      return () => clearInterval(timer as unknown as ReturnType<typeof setInterval>);
    },
    onDrained(f) {
      node.on('beforeExit', f);
      return () => node.off('beforeExit', f);
    },
    busy: () => busy(node, messageListeners, holder.held(), threads.boot() === undefined ? 0 : 1),
    timers: () =>
      (node.getActiveResourcesInfo?.().filter((kind) => kind === 'Timeout').length ?? 0) - holder.held(),
    // A tick asked for in a microtask comes when no microtask is left; in a macrotask it would come before the first.
    afterMicrotasks: (f) => void Promise.resolve().then(() => node.nextTick(f)),
    blockFor,
    uncaught(error) {
      setImmediate(() => {
        throw error;
      });
    },
    warn: (message) => node.emitWarning(message, 'GoroutinesWarning'),
    numCPU: () => {
      const os = node.getBuiltinModule?.('node:os') as { availableParallelism(): number } | undefined;
      return os?.availableParallelism() ?? 1;
    },
    checking,
    debugCore() {
      const fs = checking
        ? (node.getBuiltinModule?.('node:fs') as { readFileSync(url: URL): Uint8Array } | undefined)
        : undefined;
      return fs?.readFileSync(new URL('./core.debug.wasm', import.meta.url));
    },
    ...threads,
    keepAlive: holder.hold,
    sleepOn,
    blockOn,
  };
}

/** A timer that never fires in earnest, referenced or not: that is the cheapest thing that holds an event loop. */
function keeper(): { hold(on: boolean): void; held(): number } {
  const { setInterval } = globalThis; // a test may put a clock of its own in its place
  let held = false;
  let timer: { ref(): void; unref(): void } | undefined;
  return {
    hold(on) {
      if (on === held) return;
      held = on;
      timer ??= setInterval(() => undefined, FOREVER_MS) as unknown as { ref(): void; unref(): void };
      if (on) timer.ref();
      else timer.unref();
    },
    /** How many timers that makes in the host's count. */
    held: () => (held ? 1 : 0),
  };
}

/** The longest that a timer of the host can take. */
const FOREVER_MS = 2 ** 31 - 1;

/** Standard input, output and error, and the channel to a parent process: at most so many pipes are no work. */
const STANDARD_PIPES = 4;

function busy(
  node: NodeProcess,
  messageListeners: number,
  held: number,
  lines: number,
): ReturnType<Host['busy']> {
  const kinds = node.getActiveResourcesInfo?.();
  // Others that offer Node's process have the function, and answer with nothing.
  if (kinds === undefined || node.versions?.bun || node.versions?.deno) return 'unknown';
  let pipes = 0;
  let timers = 0;
  let ports = 0;
  for (const kind of kinds) {
    if (kind === 'PipeWrap' || kind === 'TTYWrap') pipes++;
    else if (kind === 'MessagePort') ports++;
    else if (kind === 'Timeout') timers++;
    else return 'more';
  }
  // A thread of ours listens to the one that started it.
  if (ports > lines) return 'more';
  if (pipes > STANDARD_PIPES || node.listenerCount('message') > messageListeners) return 'more';
  // Pipes alone do not tell whether input is being read.
  const { stdin } = node;
  if (stdin.readableFlowing === true || stdin.listenerCount('readable') > 0) return 'more';
  return timers > held ? 'timers' : 'nothing';
}
