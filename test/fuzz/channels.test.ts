/**
 * Random programs of goroutines, channels and selects, step by step beside the model in model.ts.
 *
 * A failure prints a seed and a path. To repeat it, and to run longer:
 *
 *   FUZZ_SEED=<seed> FUZZ_PATH=<path> npx vitest run test/fuzz/channels.test.ts
 *   FUZZ_RUNS=1000000 npx vitest run test/fuzz
 *
 * The choice that select makes among its ready cases is random. The model does not predict it: `map` on each case
 * reports the choice at the moment it is made, and the model checks that it was allowed and follows it.
 */
import fc from 'fast-check';
import {
  type Chan,
  chan,
  DeadlockError,
  type Go,
  go,
  type Goroutine,
  gosched,
  nilChan,
  numGoroutine,
  type Op,
  Panic,
  run,
  select,
  sleep,
  trySelect,
} from 'goroutines';
import { expect, test } from 'vitest';
import { type Case, Channel, Model, type Outcome } from './model.ts';
import { parameters, TIMEOUT } from './replay.ts';

type Side = { chan: number; send: boolean };
type Step =
  | ({ do: 'op' | 'next' | 'try' } & Side)
  | { do: 'close'; chan: number }
  | { do: 'select' | 'trySelect'; cases: Side[] }
  | { do: 'sleep' | 'gosched' | 'burn' }
  | { do: 'join'; which: number }
  | { do: 'spawn'; body: Step[]; async: boolean };
interface Script {
  readonly capacities: number[];
  readonly bodies: { body: Step[]; async: boolean }[];
  readonly seed: number;
}

const CHANNELS = 3;
const side = { chan: fc.nat(CHANNELS - 1), send: fc.boolean() };
const cases = fc.array(fc.record(side), { maxLength: 4 });
function steps(depth: number): fc.Arbitrary<Step[]> {
  const kinds: fc.WeightedArbitrary<Step>[] = [
    { weight: 8, arbitrary: fc.record({ do: fc.constant('op' as const), ...side }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('next' as const), ...side }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('try' as const), ...side }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), chan: side.chan }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('select' as const), cases }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('trySelect' as const), cases }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('sleep' as const, 'gosched' as const, 'burn' as const) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('join' as const), which: fc.nat(7) }) },
  ];
  if (depth > 0) {
    const arbitrary = fc.record({
      do: fc.constant('spawn' as const),
      body: steps(depth - 1),
      async: fc.boolean(),
    });
    kinds.push({ weight: 1, arbitrary });
  }
  return fc.array(fc.oneof(...kinds), { maxLength: 10 });
}
const async = fc.oneof(
  { weight: 3, arbitrary: fc.constant(false) },
  { weight: 1, arbitrary: fc.constant(true) },
);
const scripts: fc.Arbitrary<Script> = fc.record({
  capacities: fc.array(fc.nat(3), { minLength: CHANNELS, maxLength: CHANNELS }),
  bodies: fc.array(fc.record({ body: steps(1), async }), { minLength: 1, maxLength: 7 }),
  seed: fc.nat(),
});

/** One goroutine of the program, in both worlds. */
interface Actor {
  readonly id: number;
  readonly async: boolean;
  handle: Goroutine<number> | undefined;
  ended: boolean;
  /** What the model says its wait gave, once it is over. */
  outcome: { index: number; outcome: Outcome } | undefined;
  reason: string | undefined;
}

const SEND_ON_CLOSED = 'send on closed channel';

/** A program and its model. */
class World {
  readonly channels: Channel[];
  readonly chans: Chan<number>[];
  readonly actors: Actor[] = [];
  /** The first thing that went wrong. */
  failure: unknown;
  readonly joining = new Map<number, Actor>();
  readonly sent: number[][];
  readonly received: number[][];
  private values = 0;
  /** A select that the model has seen begin with a ready case: its choice is due before anything else happens. */
  private due: { actor: Actor; all: Case[] } | undefined;
  private readonly model = new Model((g, index, outcome) => {
    const actor = this.actors[g] as Actor;
    actor.outcome = { index, outcome };
    actor.reason = undefined;
  });

  constructor(capacities: number[]) {
    this.channels = capacities.map((n) => new Channel(n));
    this.chans = capacities.map((n) => chan<number>(n));
    this.sent = capacities.map(() => []);
    this.received = capacities.map(() => []);
  }

  spawn(body: Step[], asAsync: boolean): Actor {
    const actor: Actor = {
      id: this.actors.length,
      async: asAsync,
      handle: undefined,
      ended: false,
      outcome: undefined,
      reason: undefined,
    };
    this.actors.push(actor);
    actor.handle = asAsync ? go(asyncActor, this, actor, body) : go(actorBody, this, actor, body);
    return actor;
  }

  end(actor: Actor): number {
    this.quiet();
    actor.ended = true;
    for (const [id, target] of this.joining) {
      if (target !== actor) continue;
      this.joining.delete(id);
      (this.actors[id] as Actor).reason = undefined;
    }
    return actor.id;
  }

  caseOf({ chan: at, send }: Side): Case {
    const on = this.channels[at] as Channel;
    return send ? { on, value: ++this.values } : { on };
  }

  /** No select owes its choice, and both worlds hold as many values. */
  quiet(): void {
    this.settle();
    this.chans.forEach((c, i) => {
      const { buffer, closed } = this.channels[i] as Channel;
      if (c.length !== buffer.length) throw new Error(`channel ${i} holds ${c.length}, not ${buffer.length}`);
      if (c.closed !== closed) throw new Error(`channel ${i}: closed is ${c.closed}`);
    });
  }

  /** An operation begins. */
  begin(actor: Actor, all: Case[], reason: string): void {
    actor.outcome = undefined;
    if (all.some((c) => this.model.ready(c))) {
      if (reason !== 'select') this.perform(actor, all, 0);
      else this.due = { actor, all };
      return;
    }
    actor.reason = all.length === 0 ? 'select (no cases)' : reason;
    this.model.park(actor.id, all);
  }

  private perform(actor: Actor, all: Case[], index: number): void {
    const chosen = all[index];
    if (!chosen || !this.model.ready(chosen))
      throw new Error(`goroutine ${actor.id}: case ${index} was not ready`);
    actor.outcome = { index, outcome: this.model.perform(chosen) };
  }

  /** Something else happens: the choice that was due was a panic, which an async function hears of later, or is missing. */
  private settle(): void {
    if (!this.due) return;
    const { actor, all } = this.due;
    const at = actor.async ? panicking(all) : -1;
    if (at < 0) throw new Error(`goroutine ${actor.id} parked in a select that had a ready case`);
    this.due = undefined;
    this.perform(actor, all, at);
  }

  /** A select says what it chose; -1 if it panicked, which names no case. */
  chose(actor: Actor, all: Case[], index: number): void {
    if (this.due && this.due.actor !== actor) this.settle();
    if (this.due) {
      this.due = undefined;
      this.perform(actor, all, index >= 0 ? index : panicking(all));
    } else if (index >= 0 && actor.outcome?.index !== index) {
      throw new Error(`goroutine ${actor.id}: case ${index} woke it, not ${actor.outcome?.index}`);
    }
  }

  /** An operation is over: the model must say so too, with the same result. */
  over(actor: Actor, all: Case[], got: Outcome): void {
    const { outcome } = actor;
    if (!outcome) throw new Error(`goroutine ${actor.id} went on, and the model says that it waits`);
    expect(got).toEqual(outcome.outcome);
    const used = all[outcome.index] as Case;
    const at = this.channels.indexOf(used.on);
    if (got.kind === 'sent') (this.sent[at] as number[]).push(used.value as number);
    if (got.kind === 'value') (this.received[at] as number[]).push(got.value);
    actor.outcome = undefined;
  }

  close(at: number): boolean {
    return this.model.close(this.channels[at] as Channel);
  }

  /** Whether a try without waiting must succeed. */
  attempt(all: Case[]): boolean {
    return all.some((c) => this.model.ready(c));
  }
}

/** The case that panics, or -1. */
function panicking(all: Case[]): number {
  return all.findIndex((c) => c.value !== undefined && c.on.closed);
}

function outcomeOf(value: number | undefined, send: boolean): Outcome {
  if (send) return { kind: 'sent' };
  return value === undefined ? { kind: 'closed' } : { kind: 'value', value };
}

function panicked(error: unknown): Outcome {
  if (!(error instanceof Panic) || error.message !== SEND_ON_CLOSED) throw error;
  return { kind: 'panic' };
}

/** Waits for an operation in whatever way the goroutine can: see the two bodies below. */
function* use<T>(op: Op<T>): Generator<Op<unknown>, T, unknown> {
  return (yield op) as T;
}

/** One step; what it yields are operations to wait for. */
function* perform(world: World, actor: Actor, step: Step): Generator<Op<unknown>, void, unknown> {
  world.quiet();
  switch (step.do) {
    case 'op':
    case 'next': {
      const c = world.chans[step.chan] as Chan<number>;
      const all = [world.caseOf(step)];
      const value = all[0]?.value;
      world.begin(actor, all, step.send ? 'chan send' : 'chan receive');
      let got: Outcome;
      try {
        if (step.send) {
          yield* use(c.send(value as number));
          got = { kind: 'sent' };
        } else if (step.do === 'op') {
          got = outcomeOf(yield* use(c.recv()), false);
        } else {
          const result = yield* use(c.next());
          got = result.done ? { kind: 'closed' } : { kind: 'value', value: result.value };
        }
      } catch (error) {
        got = panicked(error);
      }
      return world.over(actor, all, got);
    }
    case 'try': {
      const c = world.chans[step.chan] as Chan<number>;
      const all = [world.caseOf(step)];
      const possible = world.attempt(all);
      if (possible) world.begin(actor, all, 'try');
      let got: Outcome | undefined;
      try {
        if (step.send) got = c.trySend(all[0]?.value as number) ? { kind: 'sent' } : undefined;
        else {
          const result = c.tryRecv();
          if (result) got = result.done ? { kind: 'closed' } : { kind: 'value', value: result.value };
        }
      } catch (error) {
        got = panicked(error);
      }
      expect(got !== undefined).toBe(possible);
      if (got) world.over(actor, all, got);
      return;
    }
    case 'close': {
      const possible = world.close(step.chan);
      if (possible) (world.chans[step.chan] as Chan<number>).close();
      else expect(() => (world.chans[step.chan] as Chan<number>).close()).toThrow('close of closed channel');
      return;
    }
    case 'select':
    case 'trySelect': {
      const all = step.cases.map((c) => world.caseOf(c));
      const ops = step.cases.map(({ chan: at, send }, index) => {
        const c = world.chans[at] as Chan<number>;
        const op: Op<number | undefined | void> = send ? c.send(all[index]?.value as number) : c.recv();
        return op.map((value) => {
          world.chose(actor, all, index);
          return outcomeOf(value as number | undefined, send);
        });
      });
      const possible = world.attempt(all);
      if (possible || step.do === 'select') world.begin(actor, all, 'select');
      let got: Outcome | undefined;
      try {
        if (step.do === 'select') [, got] = yield* use(select(ops));
        else got = trySelect(ops)?.[1];
      } catch (error) {
        got = panicked(error);
        world.chose(actor, all, -1);
      }
      if (step.do === 'trySelect') expect(got !== undefined).toBe(possible);
      if (got) world.over(actor, all, got);
      return;
    }
    case 'sleep':
      return yield* use(sleep(0));
    case 'gosched':
      return yield* use(gosched());
    case 'burn':
      // Uses the budget up, so that the next operation that completes has to give way.
      for (let i = 0; i < 70; i++) yield* use(sleep(0));
      return;
    case 'join': {
      const target = world.actors[step.which];
      if (!target?.handle || target === actor) return;
      if (!target.ended) {
        actor.reason = 'join';
        world.joining.set(actor.id, target);
      }
      expect(yield* use(target.handle.join())).toBe(target.id);
      if (actor.reason) throw new Error('joined a goroutine that has not ended');
      return;
    }
    case 'spawn':
      if (world.actors.length < 20) world.spawn(step.body, step.async);
  }
}

function* actorBody(world: World, actor: Actor, body: Step[]): Go<number> {
  try {
    for (const step of body) {
      const run = perform(world, actor, step);
      for (let state = run.next(); !state.done;) {
        let value: unknown;
        try {
          value = yield* state.value;
        } catch (error) {
          state = run.throw(error);
          continue;
        }
        state = run.next(value);
      }
    }
    return world.end(actor);
  } catch (error) {
    world.failure ??= error;
    throw error;
  }
}

async function asyncActor(world: World, actor: Actor, body: Step[]): Promise<number> {
  try {
    for (const step of body) {
      const run = perform(world, actor, step);
      for (let state = run.next(); !state.done;) {
        const op = state.value;
        let value: unknown;
        try {
          // `await op` would begin it a microtask later, after the model.
          value = await new Promise((resolve, reject) => void op.then(resolve, reject));
        } catch (error) {
          state = run.throw(error);
          continue;
        }
        state = run.next(value);
      }
    }
    return world.end(actor);
  } catch (error) {
    // The program is over, and nobody knew that this was one of its goroutines: see `await` above.
    if ((error as { code?: string }).code !== 'ERR_GOROUTINE_ENDED') world.failure ??= error;
    throw error;
  }
}

/**
 * Lets everything run that can, and then tells the library what Node tells it when the event loop is empty: the test
 * runner's own pipe keeps the loop alive, and a report would come 0.8 s later.
 */
async function drain(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) await new Promise((resolve) => setImmediate(resolve));
  process.emit('beforeExit', 0);
}

/** Runs a program until nobody can go on; then both worlds must look the same. */
async function check({ capacities, bodies, seed }: Script): Promise<void> {
  const world = new World(capacities);
  const program = run(
    function* () {
      for (const { body, async } of bodies) world.spawn(body, async);
      yield* nilChan.recv();
    },
    { seed },
  ).catch((error: unknown) => error);
  await drain();
  const error: unknown = await program;
  if (world.failure) throw world.failure;
  if (!(error instanceof DeadlockError)) throw error;
  world.quiet();

  const left = world.actors.filter((actor) => !actor.ended);
  expect(left.filter((actor) => actor.reason === undefined)).toEqual([]);
  const [main, ...parked] = error.goroutines;
  expect(main?.reason).toBe('chan receive (nil chan)');
  expect(parked.map((g) => g.id)).toEqual(left.map((actor) => actor.handle?.id));
  left.forEach((actor, i) => {
    // What an async goroutine waits for is a good guess only.
    if (!actor.async) expect(parked[i]?.reason).toBe(actor.reason);
  });
  expect(numGoroutine()).toBe(0);

  world.chans.forEach((c, i) => {
    const rest: number[] = [];
    for (let n = c.length; n > 0; n--) rest.push(c.tryRecv()?.value as number);
    expect(rest).toEqual(world.channels[i]?.buffer);
    // Every value that was sent was received once or is left.
    const received = [...(world.received[i] as number[]), ...rest].sort((a, b) => a - b);
    expect(received).toEqual(world.sent[i]?.sort((a, b) => a - b));
    // The program's end took its goroutines out of the wait lists. (Which program an async wait belongs to is a guess.)
    const guessed = left.some((actor) => actor.async);
    if (!c.closed && c.capacity === 0 && !guessed) expect(c.trySend(0)).toBe(false);
  });
}

test(
  'random programs do what the model says',
  async () => {
    await fc.assert(fc.asyncProperty(scripts, check), parameters(4000));
  },
  TIMEOUT,
);
