import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ended {
  /** Exit code; -1 if it had to be killed. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Runs a program of test/api/fixtures in a process of its own: a fresh core, and an event loop without a test runner. */
export function child(
  fixture: string,
  args: readonly string[] = [],
  { env = {}, execArgv = [] }: { env?: Record<string, string>; execArgv?: readonly string[] } = {},
): Promise<Ended> {
  const file = fileURLToPath(new URL(`./fixtures/${fixture}.mjs`, import.meta.url));
  const began = performance.now();
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...execArgv, file, ...args],
      { timeout: 20_000, killSignal: 'SIGKILL', env: { ...process.env, ...env } },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr, ms: performance.now() - began });
      },
    );
  });
}

/** One case of fixtures/cases.mjs: what it returned, as JSON. */
export async function inChild(name: string): Promise<unknown> {
  const { code, stdout, stderr } = await child('cases', [name]);
  const line = stdout.split('\n').find((text) => text.startsWith('RESULT '));
  if (code !== 0 || line === undefined) {
    throw new Error(`case ${name} ended with code ${code}\n${stdout}${stderr}`);
  }
  return JSON.parse(line.slice('RESULT '.length));
}

/** A turn of the host: timers and I/O before it, microtasks behind it. */
export function hostTurn(ms = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The error that `f` throws. */
export function thrownBy(f: () => unknown): unknown {
  try {
    f();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** What a promise is rejected with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was not rejected');
}

/** Runs the collector until `gone` answers true; false if it never does. */
export async function collected(gone: () => boolean): Promise<boolean> {
  for (let i = 0; i < 50; i++) {
    await hostTurn(1); // what a WeakRef answered lives to the end of that turn
    gc();
    await hostTurn(1);
    if (gone()) return true;
  }
  return false;
}

function gc(): void {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect === undefined) throw new Error('the tests need node --expose-gc');
  collect();
}
