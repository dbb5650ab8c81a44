/** What the documents name exists, and what exists is in the lists that they give. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
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

test('every exported symbol says what it is, with an example, and so does every member but for the example', () => {
  const entries = ['src/index.ts', 'src/time/index.ts'].map((path) => join(ROOT, path));
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const program = ts.createProgram(entries, options);
  const checker = program.getTypeChecker();
  const documented = (symbol: ts.Symbol): boolean => symbol.getDocumentationComment(checker).length > 0;
  const tags = (symbol: ts.Symbol): string[] => symbol.getJsDocTags(checker).map((tag) => tag.name);
  const found: string[] = [];
  const missing: string[] = [];
  for (const entry of entries) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(entry)!)!;
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      found.push(exported.name);
      if (!documented(symbol)) missing.push(exported.name);
      if (!tags(symbol).includes('example')) missing.push(`${exported.name}: an example`);
      for (const member of membersOf(symbol)) {
        const own = checker.getSymbolAtLocation(member.name!)!;
        if (!documented(own) && !tags(own).includes('internal')) missing.push(`${exported.name}.${own.name}`);
      }
    }
  }
  expect(found.length).toBeGreaterThan(50);
  expect(missing).toEqual([]);
});

/** What an interface or class has of its own and that a program can name. */
function membersOf(symbol: ts.Symbol): (ts.TypeElement | ts.ClassElement)[] {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected | ts.ModifierFlags.Override;
  return (symbol.declarations ?? [])
    .flatMap((d): (ts.TypeElement | ts.ClassElement)[] =>
      ts.isInterfaceDeclaration(d) || ts.isClassDeclaration(d) ? [...d.members] : [],
    )
    .filter((m) => m.name && ts.isIdentifier(m.name) && !(ts.getCombinedModifierFlags(m) & hidden));
}
