/** Who is measured: Go, this library on some runtime, or the plain channel. */
import { execFile, type ExecFileOptions } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Bench } from './bench.ts';

export interface Contestant<B = Bench> {
  readonly name: string;
  readonly version: string;
  /** Nanoseconds an operation takes, by one measurement of `ms`; undefined if it has no such benchmark. */
  measure(bench: B, ms: number): Promise<number | undefined>;
}

const exec = promisify(execFile);

const PATIENCE_MS = 120_000;

/** What a program prints. Fails with what it says on its standard error, or when it takes too long. */
export async function output(
  file: string,
  args: readonly string[],
  { timeout = PATIENCE_MS, ...options }: ExecFileOptions = {},
): Promise<string> {
  try {
    const { stdout } = await exec(file, args, { ...options, timeout, encoding: 'utf8' });
    return stdout.trim();
  } catch (error) {
    const { killed, stderr = '' } = error as { killed?: boolean; stderr?: string };
    if (killed) throw new Error(`no answer in ${timeout / 1000} s`);
    // Of an uncaught error one line will do.
    throw new Error(/^\W*(\w*(?:Error|Panic)\b.*)/m.exec(stderr)?.[1] ?? String(error));
  }
}

export function onPath(name: string): string | undefined {
  const places = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
  return places.find(isExecutable);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
