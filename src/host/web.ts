import type { Host } from './types.ts';

/** Any runtime with the web's globals: a page, a worker, Deno. */
export function webHost(): Host {
  const turns: (() => void)[] = [];
  const channel = new MessageChannel();
  // A message is a macrotask without the 4 ms that nested timeouts cost.
  channel.port1.onmessage = () => turns.shift()?.();
  return {
    macrotask(f) {
      turns.push(f);
      channel.port2.postMessage(null);
    },
    setTimer: (f, ms) => setTimeout(f, ms),
    clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    poll(f, ms) {
      const timer = setInterval(f, ms);
      return () => clearInterval(timer);
    },
    onDrained: () => () => undefined,
    busy: () => 'unknown',
    timers: () => 0,
    afterMicrotasks: (f) => queueMicrotask(f),
    blockFor(ms) {
      try {
        Atomics.wait(sleeper(), 0, 0, ms);
        return true;
      } catch {
        return false; // a page's main thread
      }
    },
    uncaught: (error) => reportError(error),
    warn: (message) => console.warn(message),
    numCPU: () => globalThis.navigator?.hardwareConcurrency ?? 1,
    checking: false,
    debugCore: () => undefined,
  };
}

let cell: Int32Array | undefined;

function sleeper(): Int32Array {
  return (cell ??= new Int32Array(new SharedArrayBuffer(4)));
}
