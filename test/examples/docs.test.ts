/** What the documents name exists, and what exists is in the lists that they give. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const decisions = readdirSync(join(ROOT, 'docs/decisions')).map((name) => `docs/decisions/${name}`);
const documents = [
  'README.md',
  'docs/architecture.md',
  'docs/dependencies.md',
  'docs/go-differences.md',
  ...decisions,
];

test.each(documents)('%s: its links and the files it names exist', (document) => {
  const text = read(document);
  const links = [...text.matchAll(/\]\(([^):#]+)\)/g)].map((m) => join(dirname(document), m[1] ?? ''));
  const files = [...text.matchAll(/`((?:src|assembly|scripts|docs)\/[\w./-]+)`/g)].map((m) => m[1] ?? '');
  const missing = [...links, ...files].filter((path) => !existsSync(join(ROOT, path)));
  // Made by `npm run conformance`.
  expect(missing.filter((path) => path !== 'docs/conformance.md')).toEqual([]);
});

test('the folder map of architecture.md has every file of the core and of the API', () => {
  const map = /^```\n([^]*?)^```$/m.exec(read('docs/architecture.md'))?.[1] ?? '';
  const listed = ['assembly', 'src', 'src/runtime'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
      .map((entry) => entry.name),
  );
  expect(listed.filter((name) => !new RegExp(`\\b${basename(name, '.ts')}\\.ts`).test(map))).toEqual([]);
});

test('dependencies.md has a line for each dependency, and no other', () => {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(read('package.json')) as Record<
    string,
    Record<string, string>
  >;
  const lines = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)`/gm)].map((m) => m[1]);
  expect(lines).toEqual(Object.keys({ ...dependencies, ...devDependencies }).sort());
});
