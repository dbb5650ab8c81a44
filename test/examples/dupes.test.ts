import { createHash } from 'node:crypto';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from 'goroutines';
import { digest } from '../../examples/dupes/digest.ts';
import { type Command, type Ended, start } from './command.ts';

const DUPES = 'examples/dupes/main.ts';

interface Report {
  files: number;
  bytes: number;
  groups: { sha256: string; size: number; paths: string[] }[];
  errors: { path: string; error: string }[];
  seconds: number;
}

let tree: string;

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'dupes-'));
  const big = Buffer.alloc(3_000_000, 'not a multiple of the buffer ');
  write('a/big', big);
  write('a/b/c/big copy', big);
  write('z/big', big);
  write('one', 'same text');
  write('a/two', 'same text');
  write('only', 'another text');
  write('empty', '');
  write('a/empty', '');
  write('ünïcode ☃', 'snow');
  write('a/ünïcode ☃', 'snow');
  for (let i = 0; i < 300; i++) write(`many/${i % 7}/${i}`, `content ${i % 100}`);
  mkdirSync(join(tree, 'empty directory'));
  linkSync(join(tree, 'only'), join(tree, 'a/hard link'));
  symlinkSync(join(tree, 'one'), join(tree, 'link to a file'));
  symlinkSync(tree, join(tree, 'a/link to the root'));
  symlinkSync('nowhere', join(tree, 'broken link'));
  execFileSync('mkfifo', [join(tree, 'a/fifo')]);
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

function write(path: string, content: string | Buffer): void {
  const full = join(tree, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, content);
}

function dupes(...args: string[]): Command {
  return start(DUPES, args);
}

function report(ended: Ended): Report {
  expect(ended.stdout).toMatch(/^\{.*\}\n$/);
  return JSON.parse(ended.stdout) as Report;
}

/** The same by other means: no pipeline, whole files, a sort at the end. */
function expected(root: string): Omit<Report, 'seconds' | 'errors'> {
  const entries = readdirSync(root, { withFileTypes: true, recursive: true });
  const paths = entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
  const byHash: Record<string, { sha256: string; size: number; paths: string[] }> = {};
  let bytes = 0;
  for (const path of paths.sort()) {
    const content = readFileSync(path);
    const sha256 = createHash('sha256').update(content).digest('hex');
    bytes += content.length;
    (byHash[sha256] ??= { sha256, size: content.length, paths: [] }).paths.push(path);
  }
  const groups = Object.values(byHash).filter((g) => g.paths.length > 1);
  return { files: paths.length, bytes, groups };
}

const byHash = (a: { sha256: string }, b: { sha256: string }): number => (a.sha256 < b.sha256 ? -1 : 1);

describe('dupes', () => {
  test.each([
    ['0', '1'],
    ['0', '3'],
    ['1', '1'],
    ['2', '64'],
  ])('finds what a plain loop finds, with %s processors and %s workers', async (procs, workers) => {
    const ended = await dupes(tree, '--json', '--procs', procs, '--workers', workers).ended;
    expect(ended.code).toBe(0);
    const { files, bytes, groups, errors, seconds } = report(ended);
    const want = expected(tree);
    expect({ files, bytes, groups: [...groups].sort(byHash) }).toEqual({
      ...want,
      groups: want.groups.sort(byHash),
    });
    expect(errors).toEqual([]);
    expect(seconds).toBeGreaterThan(0);
    const waste = groups.map((g) => g.size * (g.paths.length - 1));
    expect(waste).toEqual([...waste].sort((a, b) => b - a));
    for (const { paths } of groups) expect(paths).toEqual([...paths].sort());
  });

  test('counts empty files, and hard links, as identical; follows no symbolic link', async () => {
    const { groups } = report(await dupes(tree, '--json').ended);
    const names = groups.map((g) => g.paths.map((p) => p.slice(tree.length + 1)));
    expect(names).toContainEqual(['a/empty', 'empty']);
    expect(names).toContainEqual(['a/hard link', 'only']);
    expect(names).toContainEqual(['a/two', 'one']);
  });

  test('prints a report for people, and progress in plain lines on stderr', async () => {
    const { code, stdout, stderr } = await dupes(tree).ended;
    expect(code).toBe(0);
    expect(stdout).toContain(`3 × 3.0 MB, 6.0 MB wasted`);
    expect(stdout).toContain(`  ${join(tree, 'a/b/c/big copy')}\n  ${join(tree, 'a/big')}\n`);
    expect(stdout).toMatch(/^\d+ files, 9\.0 MB in \d+\.\d\d s: \d+ MB\/s$/m);
    expect(stderr).toMatch(/^(\d+) of \1 files$/m);
    expect(stdout + stderr).not.toContain('\x1b');
  });

  test.each([
    ['0', /^main thread$/],
    ['1', /^processor 1$/],
    ['2', /^processor [12]$/],
  ])('says what each of %s processors did, and together they did all', async (procs, name) => {
    const { stdout } = await dupes(tree, '--procs', procs).ended;
    const [, all, shares = ''] = /^(\d+) files,.*\n((?: {2}.*\n)+)/m.exec(stdout) ?? [];
    const lines = shares.trimEnd().split('\n');
    const done = lines.map((line) => /^ {2}([\w ]+): (\d+) files, [\d.]+ \w+$/.exec(line) ?? []);
    for (const [, who] of done) expect(who).toMatch(name);
    expect(done.reduce((sum, [, , files]) => sum + Number(files), 0)).toBe(Number(all));
  });

  // A name that is no UTF-8 is read as one with a replacement character, which no file has.
  test.runIf(process.platform === 'linux')('lists what cannot be read, and goes on', async () => {
    const root = mkdtempSync(join(tree, '../dupes-broken-'));
    try {
      writeFileSync(join(root, 'x'), 'text');
      writeFileSync(join(root, 'y'), 'text');
      writeFileSync(Buffer.concat([Buffer.from(`${root}/bad`), Buffer.from([0xff])]), 'text');
      mkdirSync(Buffer.concat([Buffer.from(`${root}/dir`), Buffer.from([0xff])]));
      const ended = await dupes(root, '--json').ended;
      expect(ended.code).toBe(0);
      const { files, groups, errors } = report(ended);
      expect(files).toBe(2);
      expect(groups.map((g) => g.paths)).toEqual([[join(root, 'x'), join(root, 'y')]]);
      expect(errors.map((e) => e.path)).toEqual([`${root}/bad\ufffd`, `${root}/dir\ufffd`]);
      for (const { error } of errors) expect(error).toContain('ENOENT');
      const { stdout } = await dupes(root).ended;
      expect(stdout).toContain('2 could not be read\n');
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  test('an empty directory', async () => {
    const { files, bytes, groups } = report(await dupes(join(tree, 'empty directory'), '--json').ended);
    expect({ files, bytes, groups }).toEqual({ files: 0, bytes: 0, groups: [] });
  });

  test.each([
    ['an unknown option', ['--frob']],
    ['no worker', ['--workers', '0']],
    ['half a worker', ['--workers', '1.5']],
    ['workers without a number', ['--workers']],
    ['less than no processor', ['--procs', '-1']],
    ['too many processors', ['--procs', '65']],
    ['processors without a number', ['--procs', '']],
    ['two directories', ['a', 'b']],
  ])('%s: usage on stderr, exit 2', async (_, args) => {
    const { code, stdout, stderr } = await dupes(...args).ended;
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^dupes: .*\n\nusage: npm run demo/s);
  });

  test.each(['missing', 'one'])('%s is no directory: exit 1', async (name) => {
    const { code, stdout, stderr } = await dupes(join(tree, name)).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(`dupes: no such directory: ${join(tree, name)}\n`);
  });
});

describe('a file that is not what the walker saw', () => {
  const buffer = Buffer.alloc(4);
  const hash = (path: string, quit: { closed: boolean }) => run(() => digest(path, buffer, quit));

  test.each(['a pipe', 'a device', 'a directory'])(
    '%s has taken its place: refused, and not waited for',
    async (what) => {
      const path = what === 'a pipe' ? join(tree, 'a/fifo') : what === 'a device' ? '/dev/zero' : tree;
      await expect(hash(path, { closed: false })).rejects.toThrow('not a regular file');
    },
  );

  test('it grows while it is read: what it was at first is hashed', async () => {
    const path = `${tree}-growing`;
    writeFileSync(path, '0123456789');
    try {
      let asked = 0;
      const growing = {
        get closed() {
          appendFileSync(path, 'more than was read');
          return ++asked > 100;
        },
      };
      const sha256 = createHash('sha256').update('0123456789').digest('hex');
      expect(await hash(path, growing)).toMatchObject({ path, size: 10, sha256 });
    } finally {
      rmSync(path);
    }
  });

  test('it shrinks while it is read: what is left is hashed', async () => {
    const path = `${tree}-shrinking`;
    writeFileSync(path, '0123456789');
    try {
      const shrinking = {
        get closed() {
          truncateSync(path, 6);
          return false;
        },
      };
      const sha256 = createHash('sha256').update('012345').digest('hex');
      expect(await hash(path, shrinking)).toMatchObject({ path, size: 6, sha256 });
    } finally {
      rmSync(path);
    }
  });

  test.runIf(process.platform === 'linux')('a file of /proc is as empty as its size says', async () => {
    expect(await hash('/proc/self/status', { closed: false })).toMatchObject({ size: 0 });
  });
});

describe('dupes, interrupted', () => {
  test.each(['0', '2'])('Ctrl-C ends it with a partial report, on %s processors', async (procs) => {
    const root = mkdtempSync(join(tree, '../dupes-slow-'));
    try {
      writeFileSync(join(root, 'endless'), '');
      truncateSync(join(root, 'endless'), 2 ** 40); // a hole: takes no space, but hours to read
      writeFileSync(join(root, 'x'), 'text');
      writeFileSync(join(root, 'y'), 'text');
      const command = dupes(root, '--json', '--procs', procs, '--workers', '2');
      await command.said(/^2 of \d+ files/m);
      command.child.kill('SIGINT');
      const ended = await command.ended;
      expect(ended.code).toBe(130);
      expect(ended.stderr).toContain('interrupted');
      const { files, groups, errors } = report(ended);
      expect({ files, errors }).toEqual({ files: 2, errors: [] });
      expect(groups.map((g) => g.paths)).toEqual([[join(root, 'x'), join(root, 'y')]]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  test('once more kills, even when a read hangs', async () => {
    const hang = `
      import fs from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      const { openSync } = fs;
      fs.openSync = (path, ...rest) => {
        if (String(path).endsWith('/only')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
        return openSync(path, ...rest);
      };
      syncBuiltinESMExports();`;
    const command = start(DUPES, [tree, '--procs', '2'], {
      NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(hang)}"`,
    });
    await command.said(/^[1-9]\d* of \d+ files/m);
    command.child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(command.child.exitCode).toBe(null);
    command.child.kill('SIGINT');
    expect(await command.ended).toMatchObject({ code: null, signal: 'SIGINT', stdout: '' });
  });
});
