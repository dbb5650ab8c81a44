/** Directions of channels exist for the compiler only, so the compiler is the test. */
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const file = fileURLToPath(new URL('./perm-types.ts', import.meta.url));

/** What the compiler says about perm-types.ts with `source` in its place. */
function diagnose(source: string): string[] {
  const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config as object;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, version, ...rest) =>
    name === file
      ? ts.createSourceFile(name, source, version)
      : getSourceFile.call(host, name, version, ...rest);
  const program = ts.createProgram([file], options, host);
  return program
    .getSemanticDiagnostics(program.getSourceFile(file))
    .map((d) => `${d.code} ${ts.flattenDiagnosticMessageText(d.messageText, ' ')}`);
}

const source = ts.sys.readFile(file) ?? '';
const expected = source.split('\n').filter((line) => line.includes('@ts-expect-error'));
const withComments = diagnose(source);
const without = diagnose(source.replaceAll('@ts-expect-error', ''));

test('C10 operations in the wrong direction are compile errors', () => {
  expect(withComments).toEqual([]);
  expect(without).toHaveLength(expected.length);
  expect(without.filter((d) => d.startsWith('2339')).length).toBeGreaterThanOrEqual(10);
});

test('Q13 a channel converts to one direction, and not back', () => {
  expect(withComments).toEqual([]);
  expect(without.filter((d) => /^(23(22|45)|27(39|40|41))/.test(d)).length).toBeGreaterThanOrEqual(4);
});

test('test/chan/perm.go: wrong uses of directional channels do not compile', () => {
  expect(withComments).toEqual([]);
  expect(expected.length).toBeGreaterThanOrEqual(15);
  expect(without.length).toBe(expected.length);
});
