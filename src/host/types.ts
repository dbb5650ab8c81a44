/** What the library asks of the runtime it runs in; one file per runtime implements it. */
export interface Host {
  /** Runs `f` after the host had a turn at its own events. Keeps the process alive until then. */
  macrotask(f: () => void): void;
  /** Runs `f` after at least `ms` milliseconds, `ms` below 2^31. Keeps the process alive until then. */
  setTimer(f: () => void, ms: number): unknown;
  clearTimer(timer: unknown): void;
  /** Runs `f` about every `ms` milliseconds without keeping the process alive; the answer stops it. */
  poll(f: () => void, ms: number): () => void;
  /** Runs `f` when the host has nothing left to do; the answer takes it back. Never, where a host does not say. */
  onDrained(f: () => void): () => void;
  /** What the host waits for that may call back into the program. */
  busy(): 'nothing' | 'timers' | 'more' | 'unknown';
  /** How many timers the host has that keep it alive. */
  timers(): number;
  /** Runs `f` when the microtasks that are queued have run, before anything of the host. */
  afterMicrotasks(f: () => void): void;
  /** Sleeps this thread, or answers false where it may not. */
  blockFor(ms: number): boolean;
  /** Ends the program as an exception that nobody caught does. */
  uncaught(error: unknown): void;
  warn(message: string): void;
  numCPU(): number;
  /** GOROUTINES_CHECK=1: ops made and never used are reported, and the core checks its lists. */
  readonly checking: boolean;
  debugCore(): Uint8Array | undefined;
}
