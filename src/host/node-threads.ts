/** Threads of Node: worker_threads, reached without an import so that the library runs where there is no Node. */
import { shareable } from './atomics.ts';
import type { BootFailed, Host, HostPort, HostWorker, WorkerBoot } from './types.ts';

/** Only what is used, so that the library's types need no types of Node. */
interface NodePort {
  on(event: 'message', f: (message: unknown) => void): void;
  postMessage(message: unknown): void;
}
interface NodeWorker extends NodePort {
  /** Node's alone. */
  readonly performance?: { eventLoopUtilization(): { idle: number } };
  on(event: 'message' | 'error', f: (value: unknown) => void): void;
  on(event: 'exit', f: (code: number) => void): void;
  terminate(): Promise<number>;
  ref(): void;
  unref(): void;
}
interface WorkerThreads {
  Worker: new (
    source: URL,
    options: { name: string; argv: readonly string[]; workerData: WorkerBoot },
  ) => NodeWorker;
}
export interface ThreadsProcess {
  readonly argv: readonly string[];
  getBuiltinModule?: (name: string) => unknown;
  /** With --permission a worker needs --allow-worker. */
  permission?: { has(scope: string): boolean };
}

/** Where a thread keeps what it was started with. */
const KEY = 'goroutines.thread';

interface Started {
  readonly boot: WorkerBoot;
  readonly port: NodePort;
}

/**
 * What a new thread runs. A string, since a file of its own is what bundlers lose; and as a module, since only for
 * modules a thread of Node runs what `--import` names, which may be what makes TypeScript loadable.
 */
const SOURCE = `import { parentPort as port, workerData as boot } from 'node:worker_threads';
globalThis[Symbol.for('${KEY}')] = { boot, port };
import(boot.url).catch((error) => {
  port.postMessage({ type: 'boot-failed', error: String(error?.stack ?? error) });
  process.exit(1);
});`;

type Threads = Pick<Host, 'canSpawn' | 'spawn' | 'boot' | 'parent'>;

export function nodeThreads(node: ThreadsProcess): Threads {
  // Not before it is needed: loading it takes a millisecond or two.
  const threads = () => node.getBuiltinModule?.('node:worker_threads') as WorkerThreads | undefined;
  const started = (globalThis as Record<symbol, Started | undefined>)[Symbol.for(KEY)];
  return {
    canSpawn: () => shareable && threads() !== undefined && (node.permission?.has('worker') ?? true),
    spawn(boot) {
      const Worker = threads()?.Worker;
      if (Worker === undefined) throw new Error('goroutines: this runtime has no node:worker_threads');
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(SOURCE)}`), {
        name: 'goroutines',
        // A program looks at its arguments when it is imported, in a thread as well. Options for Node (`execArgv`) and
        // the environment are inherited; given, those that a thread cannot have would be refused.
        argv: node.argv.slice(2),
        workerData: boot,
      });
      return new Thread(worker, boot.url);
    },
    boot: () => started?.boot,
    parent: () => started && portOf(started.port),
  };
}

function portOf(port: NodePort): HostPort {
  return {
    post: (message) => port.postMessage(message),
    onMessage: (f) => port.on('message', f),
  };
}

class Thread implements HostWorker {
  private onMessageDo: (message: unknown) => void = () => undefined;
  private onExitDo: (why: string, error?: unknown) => void = () => undefined;
  /** Known before it is gone. */
  private why: string | undefined;
  private error: unknown;

  constructor(
    private readonly worker: NodeWorker,
    url: string,
  ) {
    worker.on('message', (message) => {
      if (isBootFailed(message)) this.why = `cannot import ${url}: ${message.error}`;
      this.onMessageDo(message);
    });
    worker.on('error', (error) => {
      this.why = textOf(error);
      this.error = error;
    });
    worker.on('exit', (code) => this.onExitDo(this.why ?? `exit code ${code}`, this.error));
    worker.unref(); // at the end: to listen for messages is a reference
  }

  post(message: unknown): void {
    this.worker.postMessage(message);
  }

  onMessage(f: (message: unknown) => void): void {
    this.onMessageDo = f;
  }

  onExit(f: (why: string, error?: unknown) => void): void {
    this.onExitDo = f;
  }

  stopped(): boolean {
    // Of a thread that has ended Node answers -1 milliseconds, and it asks the thread itself. Before the thread has said
    // that it runs, and once its end was told, it is 0.
    return (this.worker.performance?.eventLoopUtilization().idle ?? 0) < 0;
  }

  async terminate(): Promise<void> {
    this.why ??= 'terminated';
    await this.worker.terminate();
  }

  ref(): void {
    this.worker.ref();
  }

  unref(): void {
    this.worker.unref();
  }
}

function isBootFailed(message: unknown): message is BootFailed {
  return (message as BootFailed | null | undefined)?.type === 'boot-failed';
}

function textOf(error: unknown): string {
  if ((error as { code?: unknown } | null | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return 'out of memory';
  try {
    return String(error);
  } catch {
    return Object.prototype.toString.call(error);
  }
}
