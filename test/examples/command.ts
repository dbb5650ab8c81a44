/** Programs of this repository as their users run them: in a process of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Command {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Waits until stderr matches. */
  said(pattern: RegExp): Promise<void>;
}

/** Starts `file`, a TypeScript program given by its path in the repository. */
export function start(file: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Command {
  const child = spawn(process.execPath, ['scripts/run-example.mjs', file, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return {
    child,
    ended: new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    }),
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(stderr)) resolve();
        };
        look();
        child.stderr.on('data', look);
        child.on('close', () => reject(new Error(`it ended without saying ${pattern}: ${stderr}`)));
      }),
  };
}

/** Runs `file` to its end and answers what it printed; fails unless it ended well. */
export async function output(file: string, args: readonly string[] = []): Promise<string> {
  const { code, stdout, stderr } = await start(file, args).ended;
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${stderr}`);
  return stdout;
}
