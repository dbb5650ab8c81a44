/** The same tests on one processor, and with a context looked at from another one. */
import { chan, go, run, type SharedChan, shutdown, value } from 'goroutines';
import type { Context } from 'goroutines/context';
import { afterAll, test } from 'vitest';
import { answer, observe } from './fixtures/tasks.mjs';

/** A context as it looks from where its observer is. */
export interface Observer {
  err(): Promise<Error | undefined>;
  cause(): Promise<unknown>;
  deadline(): Promise<number | undefined>;
  value(key: unknown): Promise<unknown>;
  /** Whether its signal is aborted. */
  aborted(): Promise<boolean>;
  /** Whether its channel is closed. */
  done(): Promise<boolean>;
  /** Waits until its channel is closed. */
  wait(): Promise<void>;
}

export type Look = (ctx: Context) => Observer;

function observer(ask: (what: string, key?: unknown) => Promise<unknown>): Observer {
  return {
    err: () => ask('err') as Promise<Error | undefined>,
    cause: () => ask('cause'),
    deadline: () => ask('deadline') as Promise<number | undefined>,
    value: (key) => ask('value', key),
    aborted: () => ask('aborted') as Promise<boolean>,
    done: () => ask('done') as Promise<boolean>,
    wait: async () => void (await ask('wait')),
  };
}

function here(ctx: Context): Observer {
  return observer(async (what, key) => {
    if (what === 'wait') await ctx.done().recv();
    return answer(ctx, [what, key]);
  });
}

function elsewhere(ctx: Context): Observer {
  const asks: SharedChan<unknown> = chan(value<unknown>(), 1);
  const answers: SharedChan<unknown> = chan(value<unknown>(), 1);
  go(observe, ctx, asks, answers);
  return observer(async (what, key) => {
    await asks.send([what, key]);
    return answers.recv();
  });
}

/**
 * A test that is run twice: with goroutines of one processor, and with a task on another processor that looks at the
 * context. What is done to the context is done here.
 */
export function testPlaces(title: string, body: (look: Look) => Promise<void>): void {
  test(`${title} [here]`, () => run(() => body(here), { procs: 0 }));
  test(`${title} [from another processor]`, () => run(() => body(elsewhere), { procs: 2 }));
}

afterAll(() => shutdown());
