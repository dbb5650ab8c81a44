/** Runs every program of the README: it must pass the type checker and print the text that follows it. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { start } from './command.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = 'build/readme';

interface Program {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  /** ```ts check: runs with GOROUTINES_CHECK=1, and the text is part of what it says on stderr. */
  readonly check: boolean;
  readonly text: string | undefined;
}

function programs(markdown: string): Program[] {
  const blocks = [...markdown.matchAll(/^```(\w+)(.*)\n([^]*?)^```$/gm)];
  const found: Program[] = [];
  for (const [i, [, language, info = '', code = '']] of blocks.entries()) {
    if (language !== 'ts') continue;
    const [, nextLanguage, , text] = blocks[i + 1] ?? [];
    found.push({
      file: `${FOLDER}/${found.length}.ts`,
      line: markdown.slice(0, blocks[i]?.index).split('\n').length,
      code,
      check: info.trim() === 'check',
      text: nextLanguage === 'text' ? text : undefined,
    });
  }
  return found;
}

const readme = readFileSync(`${ROOT}/README.md`, 'utf8');
const all = programs(readme);

beforeAll(() => {
  rmSync(`${ROOT}/${FOLDER}`, { recursive: true, force: true });
  mkdirSync(`${ROOT}/${FOLDER}`, { recursive: true });
  for (const { file, code } of all) writeFileSync(`${ROOT}/${file}`, code);
  const config = { extends: '../../tsconfig.json', include: ['*.ts', '../../src/as-types.d.ts'] };
  writeFileSync(`${ROOT}/${FOLDER}/tsconfig.json`, JSON.stringify(config));
});

describe('README', () => {
  test('has programs, and every one has its text', () => {
    expect(all.length).toBeGreaterThan(8);
    for (const { line, text } of all) expect(text, `line ${line}`).toBeDefined();
  });

  test('its programs pass the type checker', async () => {
    const tsc = `${ROOT}/node_modules/typescript/bin/tsc`;
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', `${ROOT}/${FOLDER}`]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });

  test('its lint recipe finds the forgotten yield* of its own example', async () => {
    const recipe = /^```js\n(\/\/ eslint\.config\.js\n[^]*?)^```$/m.exec(readme)?.[1] ?? '';
    const code = all.find((program) => program.check)?.code ?? '';
    writeFileSync(`${ROOT}/${FOLDER}/eslint.config.js`, recipe);
    writeFileSync(`${ROOT}/${FOLDER}/forgotten.ts`, code.replace(/.*eslint-disable.*\n/, ''));
    const eslint = `${ROOT}/node_modules/eslint/bin/eslint.js`;
    const run = promisify(execFile)(process.execPath, [eslint, '-f', 'json', 'forgotten.ts'], {
      cwd: `${ROOT}/${FOLDER}`,
    });
    const { stdout } = await run.catch((error: { stdout: string }) => error);
    const [file] = JSON.parse(stdout) as { messages: { ruleId: string; line: number }[] }[];
    expect(file?.messages).toMatchObject([
      {
        ruleId: '@typescript-eslint/no-floating-promises',
        line: code.split('\n').indexOf("  ch.send('never sent');"),
      },
    ]);
  });

  test.each(all)('the program in line $line', async ({ file, check, text }) => {
    const ended = await start(file, [], check ? { GOROUTINES_CHECK: '1' } : {}).ended;
    if (check) {
      expect(ended.stderr).toContain(text);
      return;
    }
    expect(ended).toEqual({ code: 0, signal: null, stdout: text, stderr: '' });
  });
});
