import { blockFor, blockOn, sleepOn } from './atomics.ts';
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
    blockFor,
    uncaught: (error) => reportError(error),
    warn: (message) => console.warn(message),
    numCPU: () => globalThis.navigator?.hardwareConcurrency ?? 1,
    checking: false,
    debugCore: () => undefined,
    canSpawn: () => false,
    spawn: () => {
      throw new Error('goroutines: no threads in this runtime yet');
    },
    boot: () => undefined,
    parent: () => undefined,
    keepAlive: () => undefined, // a page lives as long as it is shown
    sleepOn,
    blockOn,
  };
}
