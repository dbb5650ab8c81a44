/** Section 1.4 of the conformance inventory: how a program ends, seen from outside its process. */
import { describe, expect, test } from 'vitest';
import { program } from './helpers.ts';

test('G3 the process ends with main, exit code 0', async () => {
  expect(await program('main-returns')).toEqual({ code: 0, stdout: 'main is done\n', stderr: '' });
});

test('G3 process.exit runs no clean-up', async () => {
  expect(await program('exit')).toMatchObject({ code: 3, stdout: '' });
});

describe('crashes', () => {
  test('G4 a panic runs the clean-up of its goroutine, names it, and fails the process', async () => {
    const { code, stdout, stderr } = await program('panic-error');
    expect(code).toBeGreaterThan(0);
    expect(stdout).toBe('own clean-up\n');
    expect(stderr).toContain('panic: an error');
    expect(stderr).toMatch(/goroutine 2 \[running\]: thrower/);
    expect(stderr).toContain('programs.mjs:');
  });

  test('G4 also outside run', async () => {
    const { code, stdout, stderr } = await program('panic-outside-run');
    expect(code).toBeGreaterThan(0);
    expect(stdout).toBe('');
    expect(stderr).toContain('panic: outside');
  });

  test.each([
    ['panic-string', 'panic: boom'],
    ['panic-number', 'panic: 42'],
    ['panic-boolean', 'panic: true'],
    ['panic-error', 'panic: an error'],
    ['panic-custom', 'panic: 21 degrees'],
    ['panic-undefined', 'panic: undefined'],
    ['panic-bare', 'panic: '],
  ])('G5 the text of %s', async (name, text) => {
    const { code, stderr } = await program(name);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain(text);
    expect(stderr).toMatch(/goroutine 2 \[running\]/);
  });

  test('G6 a panic that was caught and thrown again is reported once', async () => {
    const { code, stderr } = await program('panic-rethrown');
    expect(code).toBeGreaterThan(0);
    expect(stderr.match(/panic: first/g)).toHaveLength(1);
  });

  test('G6 a second panic that names the first as its cause shows both', async () => {
    const { stderr } = await program('panic-in-clean-up');
    expect(stderr).toContain('panic: second');
    expect(stderr).toContain('first');
  });

  test('G2 go of nothing fails the process', async () => {
    const { code, stderr } = await program('go-nil');
    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain('expected a function, got undefined');
  });
});

describe('deadlocks', () => {
  test.each([
    ['deadlock-recv', 'chan receive'],
    ['deadlock-send', 'chan send'],
    ['deadlock-nil-recv', 'chan receive (nil chan)'],
    ['deadlock-nil-send', 'chan send (nil chan)'],
    ['deadlock-select', 'select'],
    ['deadlock-select-nil', 'select'],
    ['deadlock-select-empty', 'select (no cases)'],
    ['deadlock-mutex', 'sync.Mutex.Lock'],
    ['deadlock-wait-group', 'sync.WaitGroup.Wait'],
    ['deadlock-after', 'chan receive'],
  ])('G11 %s fails the process and cannot be caught', async (name, reason) => {
    const { code, stdout, stderr } = await program(name);
    expect(code).toBeGreaterThan(0);
    expect(stdout).toBe('');
    expect(stderr).toContain('all goroutines are asleep - deadlock!');
    expect(stderr).toContain(`goroutine 1 [${reason}]`);
  });

  test('G11 a timer function runs first, and then it is a deadlock', async () => {
    const { code, stdout, stderr } = await program('deadlock-after-timer');
    expect(code).toBeGreaterThan(0);
    expect(stdout).toBe('callback\n');
    expect(stderr).toContain('goroutine 1 [select (no cases)]');
    expect(await program('no-deadlock-timer')).toMatchObject({ code: 0, stdout: 'woken\n' });
  });

  test('test/fixedbugs/issue21576.go: a deadlock is found although a signal handler is set', async () => {
    const { code, stderr } = await program('deadlock-signals');
    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain('all goroutines are asleep - deadlock!');
  });
});

test.each([
  ['panic-string', 'boom'],
  ['panic-number', '42'],
  ['panic-boolean', 'true'],
  ['panic-bigint', '93'],
  ['panic-custom', '21 degrees'],
])('TestPanicWithDirectlyPrintableCustomTypes: %s prints its value', async (name, text) => {
  expect((await program(name)).stderr).toContain(`panic: ${text}\n`);
});
