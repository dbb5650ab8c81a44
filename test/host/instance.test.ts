/** One library a thread, whatever bundlers do; and what it does in a thread it has started, or without shared memory. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { HEADER_LIMIT, PAGES_INITIAL, P0 } from '../../assembly/layout.ts';
import { fixture, folder, host, program, ROOT, Watched } from './support.ts';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
const dist = join(ROOT, 'dist');
const url = (path: string): string => pathToFileURL(path).href;

/** A copy of dist/ that says it is of another version, or of the same. */
function copy(name: string, as = version): string {
  const path = join(folder, name);
  cpSync(dist, path, { recursive: true, filter: (source) => !source.includes('types') });
  for (const file of readdirSync(path).filter((f) => f.endsWith('.js'))) {
    const code = readFileSync(join(path, file), 'utf8');
    writeFileSync(join(path, file), code.replaceAll(`"${version}"`, `"${as}"`));
  }
  return url(path);
}

describe('two copies in one thread', () => {
  test('of one version are one library, and the second makes nothing', async () => {
    const { stdout, stderr } = await program('copies', [url(dist), copy('again')]);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      same: true,
      sum: 42,
      panic: true,
      memories: 1,
      instances: 1,
      registriesOfTheSecond: 0,
    });
  });

  test('of two versions: an error names both and their places, and says what to do', async () => {
    const other = copy('other', '99.0.1');
    const { stdout } = await program('copies', [url(dist), other]);
    const [runtime] = readdirSync(dist).filter((f) => /^runtime-.*\.js$/.test(f));
    expect(stdout).toBe(
      `goroutines: two versions are loaded in one thread, ${version} (${url(dist)}/${runtime}) and then 99.0.1 ` +
        `(${other}/${runtime}). Goroutines of one cannot use channels of the other: let the whole program use one ` +
        'version (`npm ls goroutines` says who asks for which)\n',
    );
  });
});

describe('in a thread that the library has started', () => {
  let memory: WebAssembly.Memory;
  let module: WebAssembly.Module;

  beforeAll(() => {
    writeFileSync(join(folder, 'library.mjs'), `export const library = '${url(dist)}/index.js';\n`);
    memory = new WebAssembly.Memory({ initial: PAGES_INITIAL, maximum: 1024, shared: true });
    module = new WebAssembly.Module(readFileSync(join(ROOT, 'build/core.wasm')));
    const { exports } = new WebAssembly.Instance(module, { env: { memory, pause: () => undefined } });
    (exports as { init(limit: number, cores: number): void }).init(123, 2);
  });

  const spawn = (as: string): Watched =>
    new Watched(host.spawn({ version: as, memory, module, p: P0, url: fixture('onefile') }));

  test('a program runs up to its run, whose promise never settles', async () => {
    const t = spawn(version);
    await t.message(3);
    expect(t.messages).toEqual([{ type: 'ready' }, 'before', 'a goroutine ran', 'a turn later']);
    // It is the memory given, and what is in it was left alone.
    expect(new Int32Array(memory.buffer)[HEADER_LIMIT >> 2]).toBe(123);
    await t.worker.terminate();
  });

  test('a library of another version refuses to work', async () => {
    const t = spawn('99.0.1');
    expect((await t.gone).why).toMatch(/version 99\.0\.1 started this thread, but .*onefile\.mjs is version/);
    expect(t.messages).toMatchObject([{ type: 'boot-failed' }]);
  });
});

describe('where memory cannot be shared, a program does the same', () => {
  test.each(['hide', 'refuse', 'both'])('%s', async (how) => {
    const { stdout, stderr } = await program('plain', [url(dist), how]);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      sum: 4950,
      words: ['one', 'two'],
      late: 0,
      joined: (100_000 * 99_999) / 2,
    });
  });
});
