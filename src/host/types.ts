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

  /** Whether `spawn` works: there are threads, and memory that they can share. */
  canSpawn(): boolean;
  /**
   * Starts a thread that imports `boot.url`. It does not keep the process alive, until `ref`.
   * If the import fails it posts a `BootFailed` and ends.
   */
  spawn(boot: WorkerBoot): HostWorker;
  /** What this thread was started with; undefined in a thread that `spawn` did not start. */
  boot(): WorkerBoot | undefined;
  /** The thread that started this one; undefined in a thread that `spawn` did not start. */
  parent(): HostPort | undefined;
  /** Holds the event loop of this thread open, or lets go of it. Cheap, and calling it twice is calling it once. */
  keepAlive(on: boolean): void;
  /**
   * Calls `wake` in a task of its own, once, after somebody notified `cell[index]`, or soon if it is not `expected`. It
   * may be called without a reason. While a wait is pending another one takes its place: only the last `wake` is
   * called. `cell` is of shared memory, and always the same word. Whoever notifies must notify all waits, for the first
   * may be one that has been given up. Does not keep the process alive.
   */
  sleepOn(cell: Int32Array, index: number, expected: number, wake: () => void): void;
  /**
   * Sleeps this thread until somebody notifies `cell[index]`, at most `ms` milliseconds, and not at all if it is not
   * `expected`. False, at once, where this thread may not sleep.
   */
  blockOn(cell: Int32Array, index: number, expected: number, ms: number): boolean;
}

/** What a thread of the library is started with. Everything in it can be posted. */
export interface WorkerBoot {
  /** The library's: a thread has one, and another one there is an error. */
  readonly version: string;
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  /** The address of its processor. */
  readonly p: number;
  /** The module to import: the library's own. */
  readonly url: string;
}

/** One end of the line between a thread and the one that started it. */
export interface HostPort {
  /** Posts a structured clone. */
  post(message: unknown): void;
  /** Sets who is told: in the turn in which the thread was started, or what came meanwhile is lost. */
  onMessage(f: (message: unknown) => void): void;
}

/** A thread that `spawn` started. */
export interface HostWorker extends HostPort {
  /**
   * Sets who is told, once, when the thread is gone, for whatever reason: `terminated`, `exit code 3`, `out of memory`,
   * `cannot import <url>: …`, or the text of what was thrown and not caught, which is also given as it is.
   */
  onExit(f: (why: string, error?: unknown) => void): void;
  /**
   * Whether the thread has ended already, `onExit` or not: for who cannot wait for its turn. False where nobody can tell.
   */
  stopped(): boolean;
  /** Ends the thread whatever it does. Resolves when it is gone, after `onExit`. */
  terminate(): Promise<void>;
  /** From now on it keeps the process alive. */
  ref(): void;
  unref(): void;
}

/** The last message of a thread whose `boot.url` could not be imported: to try again is in vain. */
export interface BootFailed {
  readonly type: 'boot-failed';
  /** The error, as text. */
  readonly error: string;
}
