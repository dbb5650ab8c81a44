/** A folder of its own for each test file: the host layer as a module, and the fixtures, which import it from there. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll } from 'vitest';
import type { Host, HostWorker, WorkerBoot } from '../../src/host/types.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export const folder = mkdtempSync(join(realpathSync(tmpdir()), 'goroutines-host-'));
afterAll(() => rmSync(folder, { recursive: true }));

await build({
  absWorkingDir: ROOT,
  entryPoints: ['src/host/index.ts'],
  outfile: join(folder, 'host.mjs'),
  bundle: true,
  platform: 'neutral',
  format: 'esm',
  logLevel: 'warning',
});
cpSync(new URL('fixtures', import.meta.url), folder, { recursive: true });

/** The layer under test, of this process. */
export const { host } = (await import(pathToFileURL(join(folder, 'host.mjs')).href)) as { host: Host };

export function fixture(name: string): string {
  return pathToFileURL(join(folder, `${name}.mjs`)).href;
}

/** The smallest module there is: what a thread does with it is not the subject here. */
const EMPTY = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

export function bootOf(url: string, memory = sharedMemory()): WorkerBoot {
  return { version: '0', memory, module: new WebAssembly.Module(EMPTY), p: 64, url };
}

export function sharedMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: 64, shared: true });
}

/** A thread, its messages so far, and promises of what comes. */
export class Watched {
  readonly messages: unknown[] = [];
  readonly gone: Promise<{ why: string; error: unknown }>;
  exits = 0;
  private look: () => void = () => undefined;

  constructor(readonly worker: HostWorker) {
    worker.ref();
    worker.onMessage((message) => {
      this.messages.push(message);
      this.look();
    });
    this.gone = new Promise((resolve) => {
      worker.onExit((why, error) => {
        this.exits++;
        resolve({ why, error });
      });
    });
  }

  /** Waits for the message with this index. */
  async message(index: number): Promise<unknown> {
    while (this.messages.length <= index) {
      const more = new Promise<void>((resolve) => (this.look = resolve));
      const ended = this.gone.then(({ why }) => why);
      const why = await Promise.race([more, ended]);
      if (why !== undefined) throw new Error(`the thread is gone: ${why}`);
    }
    return this.messages[index];
  }
}

export function spawn(name: string, memory?: WebAssembly.Memory): Watched {
  return new Watched(host.spawn(bootOf(fixture(name), memory)));
}

export interface Ended {
  /** -1 if it had to be killed. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a fixture as the program of a process, or what `execArgv` says. */
export function program(
  name: string | undefined,
  args: readonly string[] = [],
  execArgv: readonly string[] = [],
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...execArgv, ...(name === undefined ? [] : [join(folder, `${name}.mjs`)]), ...args],
      { timeout: 20_000, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        resolve({
          code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1,
          stdout,
          stderr,
        });
      },
    );
  });
}
