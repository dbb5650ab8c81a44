/** What the build makes of the sources, where that matters to users. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

test('an error in the library is traced to its line and column in src/', async () => {
  const program = `import { chan } from 'goroutines'; try { chan(-1); } catch (e) { console.log(e.stack); }`;
  const args = ['--enable-source-maps', '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  const [, line, column] = /src\/chan\.ts:(\d+):(\d+)/.exec(stdout) ?? [];
  const source = readFileSync(`${root}/src/chan.ts`, 'utf8').split('\n')[Number(line) - 1] ?? '';
  expect(source.slice(Number(column) - 1)).toMatch(/^new Panic\('makechan: size out of range'/);
});

test('classes and shared objects are constants in the bundle, for V8 to rely on', () => {
  const [chunk] = readdirSync(`${root}/dist`).filter((name) => /^runtime-.*\.js$/.test(name));
  const code = readFileSync(`${root}/dist/${chunk}`, 'utf8');
  expect(code.match(/^const \w+=class/gm)?.length).toBeGreaterThan(10);
  expect(code).not.toMatch(/^var \w+ = (class|\{)/m);
});
