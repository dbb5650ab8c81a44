/** Random trees of contexts beside a plain model of Go's rules, in which the end of a parent is passed on at once. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  afterFunc,
  background,
  Canceled,
  cause,
  type Context,
  DeadlineExceeded,
  withCancelCause,
  withoutCancel,
  withTimeoutCause,
  withValue,
} from 'goroutines/context';
import { hostTurn } from '../api/support.ts';
import { Wrapped } from './custom.ts';

interface Model {
  error: Error | undefined;
  cause: unknown;
  readonly children: Model[];
  readonly values: ReadonlyMap<number, number>;
  called: number;
}

interface Pair {
  readonly ctx: Context;
  readonly model: Model;
  /** Answers what is the cause then. */
  readonly cancel: ((why: unknown) => unknown) | undefined;
  calls: number;
  listening: number;
}

function end(model: Model, error: Error, why: unknown): void {
  if (model.error !== undefined) return;
  model.error = error;
  model.cause = why;
  for (const child of model.children) end(child, error, why);
}

function modelBelow(parent: Model, values = parent.values, linked = true): Model {
  const model: Model = { error: undefined, cause: undefined, children: [], values, called: 0 };
  if (linked) {
    parent.children.push(model);
    if (parent.error !== undefined) end(model, parent.error, parent.cause);
  }
  return model;
}

const step = fc.record({
  kind: fc.constantFrom(
    'cancel',
    'late',
    'far',
    'value',
    'without',
    'wrap',
    'end',
    'ask',
    'signal',
    'listen',
    'stop',
  ),
  of: fc.nat(),
  n: fc.nat(4),
});

test('random trees are over when the model says, for the same cause', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const root: Model = { error: undefined, cause: undefined, children: [], values: new Map(), called: 0 };
      const pairs: Pair[] = [{ ctx: background(), model: root, cancel: undefined, calls: 0, listening: 0 }];
      const add = (ctx: Context, model: Model, cancel?: (why: unknown) => unknown): void => {
        pairs.push({ ctx, model, cancel, calls: 0, listening: 0 });
      };
      for (const [i, { kind, of, n }] of steps.entries()) {
        const pair = pairs[of % pairs.length] as Pair;
        const { ctx, model } = pair;
        switch (kind) {
          case 'cancel': {
            const [child, cancel] = withCancelCause(ctx);
            add(child, modelBelow(model), (why) => (cancel(why), why));
            break;
          }
          case 'wrap': {
            const [child, cancel] = withCancelCause(new Wrapped(ctx));
            add(child, modelBelow(model), (why) => (cancel(why), why));
            break;
          }
          case 'far': {
            const [child, cancel] = withTimeoutCause(ctx, 60_000 + i, 'never');
            add(child, modelBelow(model), () => (cancel(), Canceled));
            break;
          }
          case 'late': {
            const late = modelBelow(model);
            end(late, DeadlineExceeded, `late ${i}`);
            add(withTimeoutCause(ctx, 0, `late ${i}`)[0], late);
            break;
          }
          case 'value':
            add(withValue(ctx, n, i), modelBelow(model, new Map([...model.values, [n, i]])));
            break;
          case 'without':
            add(withoutCancel(ctx), modelBelow(model, model.values, false));
            break;
          case 'end':
            if (pair.cancel !== undefined) end(model, Canceled, pair.cancel(`end ${i}`));
            break;
          case 'ask':
            expect(ctx.done().tryRecv() !== undefined).toBe(model.error !== undefined);
            break;
          case 'signal':
            expect(ctx.signal.aborted).toBe(model.error !== undefined);
            break;
          case 'listen':
            pair.listening++;
            afterFunc(ctx, () => void pair.calls++);
            break;
          default:
            expect(afterFunc(ctx, () => void (pair.calls = Infinity))()).toBe(model.error === undefined);
            if (model.error !== undefined) await hostTurn();
            if (pair.calls === Infinity) pair.calls = pair.listening;
        }
      }
      await hostTurn();
      await hostTurn();
      for (const { ctx, model, calls, listening } of pairs) {
        expect(ctx.err()).toBe(model.error);
        expect(cause(ctx)).toBe(model.cause);
        expect(ctx.done().tryRecv() !== undefined).toBe(model.error !== undefined);
        expect(ctx.signal.aborted).toBe(model.error !== undefined);
        expect(calls).toBe(model.error === undefined ? 0 : listening);
        for (let n = 0; n <= 4; n++) expect(ctx.value(n)).toBe(model.values.get(n));
      }
      for (const { cancel } of pairs) cancel?.(undefined);
    }),
    { numRuns: 300 },
  );
});
