import type { Host } from './types.ts';

/** Only what is used, so that the library's types need no types of Node. */
interface NodeProcess {
  versions?: { node?: string };
  env: Record<string, string | undefined>;
  getBuiltinModule?: (name: string) => unknown;
  getActiveResourcesInfo?: () => string[];
  emitWarning(message: string, type: string): void;
  on(event: 'beforeExit', f: () => void): void;
  off(event: 'beforeExit', f: () => void): void;
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
  const cell = new Int32Array(new SharedArrayBuffer(4));
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
    pending: () => node.getActiveResourcesInfo?.(),
    // Listening and connected sockets bring work of their own accord. A timer or a pipe that was there
    // before the program is somebody else's: a test runner's, a supervisor's.
    isSource: (kind) => /^(TCP|UDP|TLS|HTTP|FSEvent)/.test(kind),
    blockFor(ms) {
      Atomics.wait(cell, 0, 0, ms);
      return true;
    },
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
  };
}
