/** Who is measured: Go, this library on some runtime, or the plain channel. */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Bench } from './bench.ts';

export interface Contestant {
  readonly name: string;
  readonly version: string;
  /** Nanoseconds an operation takes, by one measurement of `ms`; undefined if it has no such benchmark. */
  measure(bench: Bench, ms: number): Promise<number | undefined>;
}

const exec = promisify(execFile);

/** What a program prints. Fails with what it says on its standard error. */
export async function output(file: string, args: readonly string[], options: object = {}): Promise<string> {
  const { stdout } = await exec(file, args, { timeout: 120_000, ...options });
  return stdout.trim();
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
