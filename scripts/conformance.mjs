// node scripts/conformance.mjs [--check]: which rule and which test of Go is covered by which test here.
//
// The titles of test/**/*.test.ts say what a test covers: they begin with the ids of rules (`C4 close wakes ...`) or
// with the names of upstream tests (`TestChan: ...`, `test/chan/fifo.go SynchFifo: ...`). Upstream names are data:
// test/go/upstream.json. The result is docs/conformance.md. --check fails if that file is stale, or if a test that can
// be ported one to one has no equivalent.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'docs/conformance.md');

const RULES = [
  { title: 'Channels', letter: 'C', count: 10 },
  { title: 'Order, hand-off, queues', letter: 'Q', count: 13 },
  { title: 'select', letter: 'L', count: 13 },
  { title: 'Goroutines, panics, exit', letter: 'G', count: 18 },
  { title: 'sync', letter: 'Y', count: 14 },
  { title: 'Timers', letter: 'T', count: 11 },
  { title: 'context', letter: 'X', count: 11 },
  { title: 'golang.org/x/sync', letter: 'E', count: 5 },
];

/** Rules that have no meaning here, or not all of their meaning. `left` means that no test is expected. */
const RULE_NOTES = {
  G2: { note: 'a TypeError at the call, which can be caught: JavaScript has no errors that cannot' },
  G3: { note: 'clean-up of goroutines that main cuts off runs here, but may not wait' },
  G4: { note: 'the exit code is that of an uncaught exception of Node, 1, and not 2' },
  G6: {
    note: 'the report has no `[recovered]` marks: what was thrown again is one error, a cause is printed by Node',
  },
  G7: { note: 'recover is try and catch' },
  G8: { note: 'a deadlock cannot be caught; misuse of locks is a Panic, which can' },
  G9: { left: 'there is no Goexit: a goroutine ends by returning' },
  G10: { left: 'there is no Goexit, so main cannot end without ending the program' },
  G13: { left: 'goroutines of one thread stay on that thread: there is nothing to lock' },
  G14: { note: 'numCPU only: there are no processors to count before tasks run on workers' },
  G16: { note: 'between operations only: JavaScript cannot be preempted' },
  G18: { left: 'on one thread all memory accesses are in order, so there is no edge that could be missing' },
  Y1: { note: 'misuse is a Panic, which can be caught' },
  Y5: { note: 'misuse is a Panic, which can be caught' },
  Y6: { note: 'who waits to write holds up who comes to read, always' },
  Y7: {
    note: 'an add from zero never meets a wait: the last done and all wake-ups are one instant, so there is no panic for it',
  },
  Y10: { note: 'there is no Goexit, and no onceValues: give an array' },
  Y11: { note: 'there are no copies of objects that could be misused' },
  Y13: { left: 'a JavaScript Map is what sync.Map is on one thread; between threads there is none' },
  Y14: { note: 'Int32, Int64 and Bool; a Value is a variable, on one thread' },
  E3: { note: 'what a body throws is the error of the group: JavaScript has one way for errors and panics' },
  E5: { note: 'do gives no shared flag, which doChan does; there is no Goexit' },
  Q10: { note: 'the order is free; each runs once' },
};

const GO_ERRORS = 'what is thrown is an error, in the result of doChan, too; nothing crashes';
const WORKERS = 'needs goroutines on more than one processor';
const CLOCK = 'needs a clock that tests control; there is none';
const RECOVER = 'try and catch of JavaScript alone: no part of the library takes part';
const GOEXIT = 'there is no Goexit';
const PIN = 'there is no way to pin a goroutine, and no need on one thread';
const INNER = 'tests a queue from inside that exists only with several processors';
const LITERAL = 'a timer cannot be made without its constructor';

/** Why an upstream test has no equivalent. */
const LEFT_OUT = {
  TestFakeTime: CLOCK,
  TestSynctest: CLOCK,
  TestPanicRecoverSpeed: RECOVER,
  TestPanicNilErrorPrefix: 'throw undefined is reported as it is, not as an error of its own',
  TestUnconditionalPanic: RECOVER,
  TestOpenAndNonOpenDefers: RECOVER,
  TestNonOpenAndOpenDefers: RECOVER,
  TestAbortedPanic: RECOVER,
  TestRecoverMatching: RECOVER,
  TestDeferWithRepeatedRepanics: RECOVER,
  TestIssue43921: RECOVER,
  TestIssue43920: RECOVER,
  TestIssue43941: RECOVER,
  TestYieldLockedProgress: PIN,
  TestYieldLocked: PIN,
  TestGoroutineParallelism: WORKERS,
  TestGoroutineParallelism2: WORKERS,
  TestSchedLocalQueueSteal: INNER,
  TestSchedLocalQueueEmpty: INNER,
  TestStealOrder: INNER,
  TestBigGOMAXPROCS: WORKERS,
  'test/fixedbugs/issue5963.go': GOEXIT,
  TestOnceFuncGoexit: GOEXIT,
  TestIssue5745: LITERAL,
  TestZeroTimerResetPanics: LITERAL,
  TestZeroTimerStopPanics: LITERAL,
};

/** The same for those of package sync, most of which are about types that are not here. */
function syncLeftOut(file, name) {
  if (/map_test/.test(file)) return 'a JavaScript Map takes the place of sync.Map';
  if (/\/value_test|ExampleValue/.test(`${file} ${name}`))
    return 'a variable takes the place of atomic.Value';
  if (/^Test(And|Or)(Int|Uint)/.test(name)) return 'there are no And and Or';
  if (/Uint/.test(name)) return 'there are no unsigned atomics';
  if (/^TestStoreLoad|^TestHammerStoreLoad/.test(name))
    return 'the order of atomics is what the engine promises';
  return undefined;
}

/** Why an upstream test marked "no" is no matter here, where it is not that it tests the machinery of Go. */
const NO_MATTER = {
  '(all)': 'a copy of the tests of sync.RWMutex',
  'test/chan/zerosize.go': 'elements have no size here',
  'test/fixedbugs/bug347.go': 'line numbers in stack traces are the host’s',
  'test/typeparam/select.dir+chansimp.dir': 'the same as test/typeparam/chans.go',
};

/** What an equivalent does differently, where that is more than other numbers. */
const NOTES = {
  'test/fixedbugs/issue8158.go': 'a clean-up that returns takes the place of recover and Goexit',
  'test/chan/select8.go': 'break is the language’s',
  TestBlockLocked: 'without the lock of the thread',
  TestSchedLocalQueue: 'from outside: nothing that is ready is lost or run twice',
  TestPingPongHog: 'the hogs give way',
  TestSemaphore: 'with a Mutex, whose root it is',
  TestWaitGroupRace: 'the two adders do not run at the same time on one thread; test/parallel has that',
  TestGoexitDo: 'the end of its program ends the call in the place of Goexit',
  TestPanicDo: 'they throw what the function threw, as it is',
  TestPanicErrorUnwrap: 'they throw what the function threw, as it is',
  TestPanicDoChan: GO_ERRORS,
  TestPanicDoSharedByDoChan: GO_ERRORS,
  TestCancelRemoves: 'seen by the collector of garbage',
  TestChildFinishesFirst: 'seen by the collector of garbage',
  TestWithValueChecksKey: 'every key but null and undefined can be compared',
};

const SECTIONS = [
  { id: '2.1', title: 'Channels, select, scheduler (src/runtime)', folder: 'test/go/', strict: true },
  { id: '2.3', title: 'Programs of the test tree', folder: 'test/go/', strict: true },
  { id: '2.4', title: 'sync and sync/atomic', folder: 'test/', strict: true, reasons: true },
  { id: '2.5', title: 'context', folder: 'test/context/', strict: true },
  { id: '2.6', title: 'Timers (src/time)', folder: 'test/time/', strict: true },
  {
    id: '2.7',
    title: 'golang.org/x/sync',
    folder: ['test/errgroup/', 'test/semaphore/', 'test/singleflight/'],
    strict: true,
  },
];

function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return testFiles(path);
      return entry.name.endsWith('.test.ts') ? [path] : [];
    })
    .sort();
}

/** The titles of the tests of a file; tests that are skipped or expected to fail do not count. */
function titlesOf(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const titles = [];
  const visit = (node, off) => {
    let skipped = off;
    if (ts.isCallExpression(node)) {
      const callee = node.expression.getText(source);
      const modifiers = /^(?:test|it|describe)\w*((?:\.\w+)*)/.exec(callee);
      if (modifiers && /\.(skip|skipIf|todo|fails)\b/.test(modifiers[1])) skipped = true;
      const [first] = node.arguments;
      if (!skipped && modifiers && !callee.startsWith('describe') && first) {
        if (ts.isStringLiteralLike(first)) titles.push(first.text);
        else if (ts.isTemplateExpression(first)) titles.push(`${first.head.text}...`);
      }
    }
    ts.forEachChild(node, (child) => visit(child, skipped));
  };
  visit(source, false);
  return titles;
}

/** The rule ids that a title begins with. */
function rulesOf(title) {
  const ids = [];
  for (const word of title.split(/[\s,]+/)) {
    if (!/^[CQLGTXEY]\d+$/.test(word)) break;
    ids.push(word);
  }
  return ids;
}

/** The upstream names that a title begins with. */
function namesOf(title) {
  if (!/^(Test|Example|test\/)/.test(title)) return [];
  return title
    .split(': ')[0]
    .split(',')
    .map((name) => name.trim());
}

/** How a title names an upstream test: a test function by its name, a program by its path. */
function keyOf({ section, file, name, sole }) {
  if (section !== '2.3') return name;
  return sole ? file : `${file} ${name}`;
}

const tests = testFiles(join(root, 'test')).flatMap((path) =>
  titlesOf(path).map((title) => ({ file: relative(root, path).replaceAll('\\', '/'), title })),
);
const upstream = JSON.parse(readFileSync(join(root, 'test/go/upstream.json'), 'utf8'));
for (const entry of upstream) {
  entry.sole =
    upstream.filter((other) => other.section === entry.section && other.file === entry.file).length === 1;
  entry.key = keyOf(entry);
}

const problems = [];
const files = (found) => [...new Set(found.map((t) => t.file))].map((f) => `[${f}](../${f})`).join(', ');

function ruleTables() {
  const lines = [];
  let covered = 0;
  let partly = 0;
  let left = 0;
  let all = 0;
  for (const { title, letter, count } of RULES) {
    lines.push(`### ${title}`, '', '| rule | tests | where | remarks |', '|---|--:|---|---|');
    for (let i = 1; i <= count; i++) {
      const id = `${letter}${i}`;
      const found = tests.filter((t) => rulesOf(t.title).includes(id));
      const { note, left: reason } = RULE_NOTES[id] ?? {};
      all++;
      if (found.length > 0) covered++;
      if (found.length > 0 && note) partly++;
      if (reason) left++;
      if (found.length > 0 && reason) problems.push(`${id} is listed as left out, but has a test`);
      if (found.length === 0 && !reason) problems.push(`${id} has no test`);
      const remark = reason ? `left out: ${reason}` : (note ?? (found.length > 0 ? '' : '**not covered**'));
      lines.push(`| ${id} | ${found.length} | ${files(found)} | ${remark} |`);
    }
    lines.push('');
  }
  lines.unshift(
    `${covered} of ${all} rules have tests, ${partly} of these with a difference that the remarks name; ` +
      `${left} have no meaning here; ${all - covered - left} are not covered.`,
    '',
  );
  return lines;
}

function upstreamTables() {
  const summary = ['| | yes | adapt | no |', '|---|--:|--:|--:|'];
  const lines = [];
  for (const { id, title, folder, strict, reasons } of SECTIONS) {
    const entries = upstream.filter((entry) => entry.section === id);
    const counts = { yes: [0, 0], adapt: [0, 0], no: [0, 0] };
    lines.push(`### ${title}`, '', '| test | mark | state | where or why not |', '|---|---|---|---|');
    for (const { file, name, key, mark, sole } of entries) {
      const found = tests.filter(
        (t) => [folder].flat().some((f) => t.file.startsWith(f)) && namesOf(t.title).includes(key),
      );
      const has = found.length > 0;
      const reason = LEFT_OUT[key] ?? (id === '2.4' ? syncLeftOut(file, name) : undefined);
      counts[mark][1]++;
      if (has) counts[mark][0]++;
      if (has && reason) problems.push(`${key} is listed as left out, but has a test`);
      if (!has && mark === 'yes' && strict && !(reasons && reason)) problems.push(`${key} has no equivalent`);
      if (!has && mark === 'adapt' && strict && !reason)
        problems.push(`${key} has neither a test nor a reason`);
      const state = has
        ? mark === 'yes' && !NOTES[key]
          ? 'covered'
          : 'adapted'
        : mark === 'no'
          ? ''
          : 'left out';
      const why =
        mark === 'no' ? (NO_MATTER[key] ?? 'tests the machinery of Go') : (reason ?? '**not covered yet**');
      const remark = has ? [files(found), NOTES[key]].filter(Boolean).join('; ') : why;
      lines.push(`| ${file}${id === '2.3' && sole ? '' : ` ${name}`} | ${mark} | ${state} | ${remark} |`);
    }
    lines.push('');
    const cell = ([n, of]) => `${n} of ${of}`;
    summary.push(`| ${title} | ${cell(counts.yes)} | ${cell(counts.adapt)} | ${cell(counts.no)} |`);
  }
  return [...summary, '', ...lines];
}

const text = await format(
  [
    '# Conformance to Go',
    '',
    'Made by `node scripts/conformance.mjs` from the titles of the tests. That a test is listed says that it exists;',
    'whether it passes is for `npm test` to say.',
    '',
    '## Rules',
    '',
    ...ruleTables(),
    '## Go’s own tests',
    '',
    'Equivalents of the tests of Go 1.27.3, written afresh. “yes” can be done one to one, “adapt” needs a change,',
    '“no” tests what exists only in Go. Benchmarks are not counted. Numbers: those with an equivalent, of all.',
    '',
    ...upstreamTables(),
  ].join('\n'),
  { ...(await resolveConfig(target)), parser: 'markdown' },
);

if (process.argv.includes('--check')) {
  let before = '';
  try {
    before = readFileSync(target, 'utf8');
  } catch {
    // not there yet: stale
  }
  if (before !== text) problems.push('docs/conformance.md is stale: run node scripts/conformance.mjs');
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
} else {
  writeFileSync(target, text);
  for (const problem of problems) console.error(problem);
}
