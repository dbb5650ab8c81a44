/** Threads: what they are started with, what is said of their end. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { bootOf, fixture, folder, host, program, sharedMemory, spawn, Watched } from './support.ts';

test('this process can start threads, and was not started as one', () => {
  expect(host.canSpawn()).toBe(true);
  expect(host.boot()).toBe(undefined);
  expect(host.parent()).toBe(undefined);
});

test('a thread gets its boot and the arguments of the program, and both sides can post', async () => {
  const echo = spawn('echo');
  echo.worker.post({ a: [1, new Date(2)] });
  echo.worker.post('two');
  const { version, p, url } = bootOf(fixture('echo'));
  expect(await echo.message(0)).toEqual({
    message: { a: [1, new Date(2)] },
    boot: { version, p, url },
    shared: true,
    args: process.argv.slice(2),
  });
  expect(await echo.message(1)).toMatchObject({ message: 'two' });
  await echo.worker.terminate();
  expect(await echo.gone).toEqual({ why: 'terminated', error: undefined });
});

test('several threads share one memory', async () => {
  const memory = sharedMemory();
  const words = new Int32Array(memory.buffer);
  const threads = [1, 2, 3].map(() => spawn('notifier', memory));
  for (const t of threads) await t.message(0);
  for (const t of threads) t.worker.post({ by: 'wasm', index: 5, pause: 0 });
  for (const t of threads) await t.message(1);
  expect(words[5]).toBe(3);
  await Promise.all(threads.map((t) => t.worker.terminate()));
});

describe('a module that cannot be imported: boot-failed is posted, then the thread ends', () => {
  test('it throws', async () => {
    const t = spawn('throws');
    const { why } = await t.gone;
    expect(t.messages).toEqual([
      {
        type: 'boot-failed',
        error: expect.stringMatching(/^RangeError: not to be imported\n.*throws\.mjs:1/) as unknown,
      },
    ]);
    expect(why).toMatch(`cannot import ${fixture('throws')}: RangeError: not to be imported`);
  });

  test.each([
    ['missing', /ERR_MODULE_NOT_FOUND|Cannot find module/],
    ['no url', /Invalid URL|Failed to resolve|ERR_/],
  ])('%s', async (name, text) => {
    const url = name === 'missing' ? fixture('missing') : 'no url';
    const t = new Watched(host.spawn(bootOf(url)));
    expect((await t.gone).why).toMatch(text);
    expect(t.messages).toMatchObject([{ type: 'boot-failed' }]);
  });
});

describe('the end of a thread is told once, with its reason', () => {
  test.each([
    ['exit', 'exit code 3', undefined],
    ['throw', 'RangeError: thrown later', RangeError],
    ['throwText', 'no error at all', String],
    ['reject', 'TypeError: nobody catches it', TypeError],
  ])('%s: %s', async (way, why, error) => {
    const t = spawn('ends');
    t.worker.post(way);
    const gone = await t.gone;
    expect(gone.why).toBe(why);
    if (error === String) expect(gone.error).toBe('no error at all');
    else if (error === undefined) expect(gone.error).toBe(undefined);
    else expect(gone.error).toBeInstanceOf(error);
    await t.worker.terminate();
    expect(t.exits).toBe(1);
  });

  test('out of memory', async () => {
    const threads = createRequire(import.meta.url)('node:worker_threads') as {
      Worker: new (...args: never[]) => object;
    };
    const { Worker } = threads;
    threads.Worker = class extends Worker {
      constructor(url: never, options: object) {
        super(url, { ...options, resourceLimits: { maxOldGenerationSizeMb: 24 } } as never);
      }
    };
    try {
      const t = spawn('ends');
      t.worker.post('outOfMemory');
      expect((await t.gone).why).toBe('out of memory');
    } finally {
      threads.Worker = Worker;
    }
  });

  test('whether it has ended can be asked in the middle of anything', async () => {
    const t = spawn('ends', sharedMemory());
    t.worker.post('busy');
    await t.message(0);
    expect(t.worker.stopped()).toBe(false);
    void t.worker.terminate();
    const deadline = performance.now() + 10_000;
    while (!t.worker.stopped()) expect(performance.now()).toBeLessThan(deadline);
    expect(t.exits).toBe(0); // nobody was told: this has not let the host go on
    await t.gone;
  });

  test.each(['busy', 'block', 'sleep'])('terminated while it is in: %s', async (way) => {
    const memory = sharedMemory();
    const t = spawn('ends', memory);
    t.worker.post(way);
    await t.message(0);
    await new Promise((resolve) => setTimeout(resolve, 50)); // it begins just after it said so
    await t.worker.terminate();
    expect(t.exits).toBe(1);
    expect(await t.gone).toEqual({ why: 'terminated', error: undefined });
    // Its wait is gone with it: a notification meets nobody.
    expect(Atomics.notify(new Int32Array(memory.buffer), 8)).toBe(0);
  });
});

describe('options of the process', () => {
  test('hooks that --import registers work in threads', async () => {
    const hooks = pathToFileURL(join(folder, 'hooks.mjs')).href;
    const { stdout, stderr } = await program('hooked', [], ['--import', hooks]);
    expect({ stdout, stderr }).toEqual({ stdout: 'made\nexit code 0\n', stderr: '' });
  });

  test.each(['--input-type=module -e', '-e', '-p'])(
    'a program given with %s can start threads',
    async (flags) => {
      const source = `void import(${JSON.stringify(fixture('hooked'))})`;
      const { stdout, stderr } = await program(undefined, [], [...flags.split(' '), source]);
      expect({ stdout, stderr }).toEqual({
        stdout: expect.stringMatching('cannot import .*any.made') as unknown,
        stderr: '',
      });
    },
  );

  test('options that only a process can have do no harm', async () => {
    const flags = [
      '--expose-gc',
      '--enable-source-maps',
      '--max-old-space-size=200',
      '--title=any',
      '--inspect=0',
    ];
    const { stdout } = await program('lives', ['threadRef'], flags);
    expect(stdout).toBe('later\nends\n');
  });

  test('where Node is told to start no threads, none can be started', async () => {
    // Node 20 has the option under its first name only, later versions may have the other only.
    const flags = process.allowedNodeEnvironmentFlags;
    const permission = flags.has('--permission') ? '--permission' : '--experimental-permission';
    const { stdout } = await program('lives', ['canSpawn'], [permission, '--allow-fs-read=*']);
    expect(stdout).toBe('false\nends\n');
  });
});
