import type { Digest } from './digest.ts';
import type { Failure, Result } from './find.ts';

/** Files with the same content. */
export interface Group {
  readonly sha256: string;
  /** Of one file, in bytes. */
  readonly size: number;
  readonly paths: readonly string[];
}

/** What `--json` prints. */
export interface Report {
  /** Files that were read. */
  readonly files: number;
  readonly bytes: number;
  /** Two paths or more each, the most wasteful first. Empty files are one group like any other; they waste nothing. */
  readonly groups: readonly Group[];
  readonly errors: readonly Failure[];
  readonly seconds: number;
}

/** What one processor did. */
export interface Share {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
}

export function sharesOf(results: readonly Result[]): Share[] {
  const shares = new Map<number, { files: number; bytes: number }>();
  for (const digest of results) {
    if (!('sha256' in digest)) continue;
    const share = shares.get(digest.thread) ?? { files: 0, bytes: 0 };
    shares.set(digest.thread, { files: share.files + 1, bytes: share.bytes + digest.size });
  }
  const threads = [...shares].sort(([a], [b]) => a - b);
  return threads.map(([thread, share], i) => ({
    name: thread === 0 ? 'main thread' : `processor ${i + 1}`,
    ...share,
  }));
}

export function makeReport(results: readonly Result[], seconds: number): Report {
  const errors = results.filter((r): r is Failure => 'error' in r).sort(byPath);
  const digests = results.filter((r): r is Digest => 'sha256' in r).sort(byPath);
  const bytes = digests.reduce((sum, d) => sum + d.size, 0);
  return { files: digests.length, bytes, groups: group(digests), errors, seconds };
}

function group(digests: readonly Digest[]): Group[] {
  const groups = new Map<string, { sha256: string; size: number; paths: string[] }>();
  for (const { sha256, size, path } of digests) {
    const same = groups.get(sha256);
    if (same) same.paths.push(path);
    else groups.set(sha256, { sha256, size, paths: [path] });
  }
  return [...groups.values()].filter((g) => g.paths.length > 1).sort((a, b) => wasted(b) - wasted(a));
}

/** The report for people. */
export function toText({ files, bytes, groups, errors, seconds }: Report, shares: readonly Share[]): string {
  const lines: string[] = [];
  for (const g of groups) {
    lines.push(`${g.paths.length} × ${size(g.size)}, ${size(wasted(g))} wasted, ${g.sha256.slice(0, 16)}`);
    lines.push(...g.paths.map((path) => `  ${path}`), '');
  }
  if (errors.length > 0) lines.push(`${errors.length} could not be read`);
  for (const { path, error } of errors) lines.push(`  ${path}: ${error}`);
  const waste = groups.reduce((sum, g) => sum + wasted(g), 0);
  lines.push(
    `${files} files, ${size(bytes)} in ${seconds.toFixed(2)} s: ${(bytes / 1e6 / seconds).toFixed(0)} MB/s`,
    ...shares.map((share) => `  ${share.name}: ${share.files} files, ${size(share.bytes)}`),
    `${groups.length} groups of identical files waste ${size(waste)}`,
  );
  return lines.join('\n');
}

function wasted(g: Group): number {
  return g.size * (g.paths.length - 1);
}

function byPath(a: { path: string }, b: { path: string }): number {
  return a.path < b.path ? -1 : 1;
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), 4);
  return `${(bytes / 1000 ** power).toFixed(1)} ${['', 'kB', 'MB', 'GB', 'TB'][power]}`;
}
