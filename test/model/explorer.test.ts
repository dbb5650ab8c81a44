// The explorer's own parts, on modules of a few lines.

import binaryen from 'binaryen';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fixture, sameCode, subjectOf } from './cores/cores.ts';
import { mutants, scenarios } from './fixture-scenarios.ts';
import { complaint, Woken } from './model.ts';
import { atomicSet, call, end, get, loop, set, wait, waitTimed } from './ops.ts';
import type { Scenario, Subject } from './scenario.ts';
import { search } from './search/index.ts';
import { movesOf, written } from './search/replay.ts';
import { Ground } from './wasm/ground.ts';
import { instrument } from './wasm/instrument.ts';
import { Journal } from './world/journal.ts';

const MEMORY = '(import "env" "memory" (memory 1 1 shared))';

function bytesOf(...parts: string[]): Uint8Array {
  const module = binaryen.parseText(`(module ${parts.join('\n')})`);
  module.setFeatures(binaryen.Features.All);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

function subjectFrom(...parts: string[]): Subject {
  const { binary, ...rest } = instrument(bytesOf(MEMORY, ...parts));
  const module = new WebAssembly.Module(binary as Uint8Array<ArrayBuffer>);
  return { instrumented: { module, ...rest }, trap: () => undefined, lines: () => undefined };
}

describe('a core that cannot be explored is refused', () => {
  test.each([
    ['an unknown import', '(import "env" "log" (func (param i32)))', /imports env\.log/],
    [
      'a wait',
      '(func (export "f") (drop (memory.atomic.wait32 (i32.const 64) (i32.const 0) (i64.const -1))))',
      /only its host sleeps/,
    ],
    ['vectors', '(func (export "f") (v128.store (i32.const 64) (v128.const i64x2 0 0)))', /v128\.store/],
  ])('%s', (_, code, message) => {
    expect(() => instrument(bytesOf(MEMORY, code))).toThrow(message);
  });

  test('a memory of its own', () => {
    expect(() => instrument(bytesOf('(memory 1)', '(func (export "f"))'))).toThrow(
      /does not import env\.memory/,
    );
  });
});

const nothing = subjectFrom('(func (export "f"))');
const WORD = 4096;

/** A scenario without a setup. */
const of = (...threads: Scenario<unknown>['threads']): Scenario<unknown> => ({ setup: () => ({}), threads });

describe('what the host gives', () => {
  test('env.notify wakes, and env.pause does nothing', () => {
    const subject = subjectFrom(
      '(import "env" "notify" (func $notify (param i32 i32) (result i32)))',
      '(import "env" "pause" (func $pause))',
      `(func (export "wake") (param i32) (result i32)
        (i32.atomic.store (local.get 0) (i32.const 1))
        (call $pause)
        (call $notify (local.get 0) (i32.const -1)))`,
    );
    const seen = new Set<string>();
    const report = search(
      {
        ...of(
          function* () {
            return yield call('wake', WORD);
          },
          function* () {
            return yield wait(WORD, 0);
          },
        ),
        check: ({ ends }) => void seen.add(JSON.stringify(ends)),
      },
      subject,
      'all',
    );
    expect(report).toMatchObject({ failure: undefined, complete: true });
    expect([...seen].sort()).toEqual(['[0,1]', '[1,0]']); // too late to sleep, or asleep and woken
  });

  test('a memory that does not grow', () => {
    const subject = subjectFrom(
      '(func (export "size") (result i32) (memory.size))',
      '(func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))',
    );
    const report = search(
      {
        ...of(function* () {
          return [yield call('size'), yield call('grow', 1)];
        }),
        check: ({ ends }) => (String(ends) === '256,-1' ? undefined : String(ends)),
      },
      subject,
      'all',
    );
    expect(report.failure).toBeUndefined();
  });

  test('fills and copies are seen as the ranges that they are', () => {
    const subject = subjectFrom(
      '(func (export "fill") (memory.fill (i32.const 4096) (i32.const 1) (i32.const 64)))',
      '(func (export "copy") (memory.copy (i32.const 8192) (i32.const 4096) (i32.const 64)))',
    );
    const beside = (address: number) =>
      search(
        of(
          function* () {
            yield call('fill');
            yield call('copy');
          },
          function* () {
            yield set(address, 7);
          },
        ),
        subject,
        'all',
      ).failure?.fault;
    expect([4092, 4096, 4156, 4160, 8188, 8192, 8252, 8256].map(beside)).toEqual([
      undefined,
      'race',
      'race',
      undefined,
      undefined,
      'race',
      'race',
      undefined,
    ]);
  });
});

describe('faults', () => {
  const faultOf = (...threads: Scenario<unknown>['threads']) =>
    search(of(...threads), nothing, 'all').failure;

  test('an access outside the memory of the core', () => {
    const failure = faultOf(function* () {
      yield set(Ground.ARENA_BYTES, 1);
    });
    expect(failure?.message).toMatch(/outside the core's memory/);
  });

  test('a sleep that nobody ends; one with a limit ends', () => {
    expect(
      faultOf(function* () {
        yield wait(WORD, 0);
      }),
    ).toMatchObject({ fault: 'deadlock', message: `nobody can go on: T0 sleeps on ${WORD}` });
    expect(
      faultOf(function* () {
        if ((yield waitTimed(WORD, 0)) !== Woken.TIMED_OUT) throw new Error('woken by whom?');
      }),
    ).toBeUndefined();
  });

  test('atomics of different sizes at one place are a race, and so is one beside a plain read', () => {
    const subject = subjectFrom(
      '(func (export "narrow") (i32.atomic.store8 (i32.const 4097) (i32.const 1)))',
      '(func (export "wide") (i64.atomic.store (i32.const 4096) (i64.const 1)))',
    );
    const pair = (a: ReturnType<typeof call>, b: ReturnType<typeof call>) =>
      search(
        of(
          function* () {
            yield a;
          },
          function* () {
            yield b;
          },
        ),
        subject,
        'all',
      ).failure?.fault;
    expect(pair(call('narrow'), call('wide'))).toBe('race');
    expect(pair(call('wide'), call('wide'))).toBeUndefined();
    expect(pair(get(4096), call('wide'))).toBe('race');
    expect(pair(get(4096), get(4096))).toBeUndefined();
    expect(pair(get(4096), call('narrow'))).toBe('race');
    expect(pair(get(4100), call('narrow'))).toBeUndefined();
  });

  test('two that spin for each other', () => {
    const spin = (own: number, other: number) => () =>
      loop({}, function* () {
        yield atomicSet(own, 0);
        return (yield get(other + 64)) ? end() : {};
      });
    expect(faultOf(spin(WORD, WORD + 4), spin(WORD + 4, WORD))).toMatchObject({ fault: 'livelock' });
  });

  test('mistakes in a scenario are said as such', () => {
    expect(
      faultOf(function* () {
        yield call('missing');
      })?.message,
    ).toMatch(/no export missing/);
    expect(
      faultOf(function* () {
        yield call('f');
        throw new Error('a body that throws');
      })?.message,
    ).toMatch(/a body that throws/);
    expect(() => faultOf(() => loop(undefined, function* () {}))).toThrow(/does nothing/);
    const sleepy: Scenario<unknown> = { ...of(), setup: ({ core }) => core['host.wait']!(WORD, 0) };
    expect(() => search(sleepy, nothing, 'all')).toThrow(/setup may not sleep/);
  });
});

describe('how much is explored', () => {
  const counter = scenarios.counter!;

  test('a scenario that is too large fails, unless it is marked with its bound', async () => {
    const subject = await subjectOf(fixture);
    const cut: Scenario<unknown> = { ...counter, maxStates: 20 };
    const report = search(cut, subject, 'all');
    expect(report).toMatchObject({ failure: undefined, complete: false });
    expect(complaint(cut, subject, report)).toMatch(/not explored completely/);
    for (const bound of [{ preemptions: 1 }, { walks: 10, seed: 1 }]) {
      const bounded: Scenario<unknown> = { ...counter, bound };
      expect(complaint(bounded, subject, search(bounded, subject, 'all'))).toBeUndefined();
    }
  });

  test('more interruptions reach more states, and at last all', async () => {
    const subject = await subjectOf(fixture);
    const all = search(counter, subject, 'all');
    const ends = [0, 1, 2, 8].map((preemptions) => {
      const seen = new Set<string>();
      const bounded: Scenario<unknown> = {
        ...counter,
        bound: { preemptions },
        check: (outcome) => void seen.add(JSON.stringify(outcome.ends)),
      };
      return { transitions: search(bounded, subject, 'all').transitions, seen: seen.size };
    });
    expect(ends.map(({ seen }) => seen)).toEqual([6, 6, 6, 6]);
    const counts = ends.map(({ transitions }) => transitions);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts[0]).toBeLessThan(all.transitions);
  });

  test('a bug that needs two interruptions is not found with one', async () => {
    const subject = await subjectOf(fixture, mutants['lock looked at and taken in two steps']);
    // Random orders would find it, too: they know no bound.
    const bounded = (preemptions: number) =>
      search({ ...counter, bound: { preemptions } }, subject, 'all', { rehearse: false }).failure?.fault;
    expect(bounded(1)).toBeUndefined();
    expect(bounded(2)).toBe('race');
  });

  test('random orders are the same for the same seed', async () => {
    const subject = await subjectOf(fixture, mutants['lock looked at and taken in two steps']);
    const walk = (seed: number) =>
      search({ ...counter, bound: { walks: 50, seed } }, subject, 'all').failure?.replay;
    expect(walk(3)).toMatch(/^\d/);
    expect(walk(3)).toBe(walk(3));
  });
});

test('a replay is written and read', () => {
  const path = [
    { move: 0, steps: 3 },
    { move: 0, steps: 2 },
    { move: 1, steps: 1 },
    { move: 3, steps: 2 },
  ];
  expect(written(path, 2)).toBe('0x5 1 1tx2');
  expect(movesOf('0x5 1 1tx2', 2)).toEqual([0, 0, 0, 0, 0, 1, 3, 1]);
  expect(() => movesOf('2', 2)).toThrow(/no thread 2/);
  expect(() => movesOf('0x', 2)).toThrow(/not a replay/);
});

test('equal code is equal whatever its names are', () => {
  const named = (name: string, value: number) => {
    binaryen.setDebugInfo(name !== '');
    return bytesOf(MEMORY, `(func $${name || 'f'} (export "f") (result i32) (i32.const ${value}))`);
  };
  expect(named('a', 1)).not.toEqual(named('', 1));
  expect(sameCode(named('a', 1), named('', 1))).toBe(true);
  expect(sameCode(named('a', 1), named('a', 2))).toBe(false);
});

test('the journal goes back to every state, and its hash knows them apart', () => {
  const memory = new Int32Array((Ground.JOURNAL_END + 8) >> 2);
  /** What an instance does before it writes. */
  const write = (address: number, value: number) => {
    const cursor = memory[Ground.CURSOR >> 2]!;
    memory[cursor >> 2] = address;
    memory[(cursor >> 2) + 1] = memory[address >> 2]!;
    memory[Ground.CURSOR >> 2] = cursor + memory[Ground.STEP >> 2]!;
    memory[address >> 2] = value;
  };
  const content = () => memory.subarray(0, 16).join();
  const steps = fc.array(fc.array(fc.tuple(fc.nat(15), fc.integer({ min: -2, max: 2 })), { maxLength: 4 }));
  fc.assert(
    fc.property(steps, (writes) => {
      const journal = new Journal(memory);
      memory.fill(0, 0, 16);
      const hashes = new Map([[content(), '0 0']]);
      journal.record();
      const marks = writes.map((step) => {
        const before = { mark: journal.mark, content: content() };
        for (const [word, value] of step) write(4 * word, value);
        const after = content();
        journal.settle();
        expect(content()).toBe(before.content);
        journal.redo(before.mark);
        expect(content()).toBe(after);
        const hash = `${journal.lo} ${journal.hi}`;
        expect(hashes.get(after) ?? hash).toBe(hash);
        hashes.set(after, hash);
        return before;
      });
      expect(new Set(hashes.values()).size).toBe(hashes.size);
      for (const { mark, content: before } of marks.reverse()) {
        journal.undo(mark);
        expect(content()).toBe(before);
      }
    }),
  );
});
