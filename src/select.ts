/** select: one of several operations, at one instant. */
import { CASES_MAX, P_CASE, R_BLOCK, R_MEMORY, R_PARKED } from '../assembly/layout.ts';
import { mistake, outOfMemory } from './errors.ts';
import { type AnyOperation, type Op, Operation, SELECTABLE } from './op.ts';
import { caseOf, coreWords, parkOnAll, select as selectInCore } from './runtime/core.ts';
import { kickIfReady } from './runtime/loop.ts';
import type { Waiter } from './runtime/processor.ts';
import { BLOCKED, completed, PARKED, type Result, takeResult } from './runtime/result.ts';
import { ARMED, BUSY, IDLE, NO, UNKNOWN } from './runtime/state.ts';

/** What `select` of an object gives: the key of the chosen case, which narrows the value. */
export type Selected<C> = {
  [K in keyof C]: C[K] extends Op<infer V> ? { readonly key: K; readonly value: V } : never;
}[keyof C];

/** What `select` of an array gives: the index of the chosen case and its value. */
export type SelectedAt<C extends readonly unknown[]> = {
  [K in keyof C]: C[K] extends Op<infer V>
    ? K extends `${infer N extends number}`
      ? readonly [N, V]
      : readonly [number, V]
    : never;
}[number];

type Cases = readonly Op<unknown>[] | Readonly<Record<string, Op<unknown>>>;

// What stands in the place of the one case that is ready.
const NONE = -1;
const ASK = -2;

class SelectOp extends Operation<unknown> {
  override get [SELECTABLE](): boolean {
    return false;
  }

  override get outside(): boolean {
    return this.cases.some((op) => op.outside);
  }

  constructor(
    private readonly cases: readonly AnyOperation[],
    /** Of the cases, in order; null when they came in an array. */
    private readonly keys: readonly string[] | null,
  ) {
    super();
  }

  get label(): string {
    return 'select()';
  }

  start(g: Waiter | null): Result {
    const ready = this.onlyReady();
    if (ready >= 0) {
      this.release(ready);
      return this.selected(ready, this.at(ready).start(null));
    }
    if (ready === NONE && g === null) return BLOCKED;
    const r = this.enter(g, ready === NONE);
    if (r === R_BLOCK) return BLOCKED;
    if (r === R_PARKED) return PARKED;
    const index = coreWords[P_CASE >> 2] as number;
    this.release(index);
    return this.selected(index, this.at(index).commit(r));
  }

  /** The one case that is ready, or NONE, or ASK: it is for the core to say, or to choose. */
  private onlyReady(): number {
    let only = NONE;
    for (let i = 0; i < this.cases.length; i++) {
      const ready = this.at(i).ready();
      if (ready === NO) continue;
      if (ready === UNKNOWN || only !== NONE) return ASK;
      only = i;
    }
    return only;
  }

  /** Shows the cases to the core. When that fails, no case has been touched. */
  private enter(g: Waiter | null, noneReady: boolean): number {
    const { length } = this.cases;
    const addr = g === null ? 0 : g.addr;
    try {
      for (let i = 0; i < length; i++) this.at(i).describe(i, g);
      const r = noneReady ? parkOnAll(length, addr) : selectInCore(length, addr);
      if (r === R_MEMORY) throw outOfMemory();
      return r;
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  finish(g: Waiter): Result {
    const index = caseOf(g.addr);
    this.release(index);
    return this.selected(index, this.at(index).finish(g));
  }

  /** The losers are over, and their operations may be armed again. */
  private release(winner: number): void {
    for (let i = 0; i < this.cases.length; i++) {
      const op = this.at(i);
      op.state = IDLE;
      if (i !== winner) op.abandon();
    }
  }

  private at(i: number): AnyOperation {
    return this.cases[i] as AnyOperation;
  }

  private selected(index: number, r: Result): Result {
    const { value } = r;
    return completed(this.keys === null ? [index, value] : { key: this.keys[index], value });
  }

  override offer(index: number): unknown {
    return this.at(index).offer(0);
  }

  override giveBack(g: Waiter): void {
    if (this.state === BUSY) this.cases[caseOf(g.addr)]?.giveBack(g);
  }

  override abandon(): void {
    this.release(-1);
  }

  // Not selectable: never called.
  describe(): void {}
  commit(): Result {
    return BLOCKED;
  }
}

/** Takes the cases over, or throws with none of them touched. */
function adopt(cases: Cases): SelectOp {
  if (typeof cases !== 'object' || cases === null) {
    throw mistake('select', 'an object or an array of operations', cases);
  }
  const keys = Array.isArray(cases) ? null : Object.keys(cases);
  const ops = (Array.isArray(cases) ? cases.slice() : Object.values(cases)) as AnyOperation[];
  if (ops.length > CASES_MAX) throw new RangeError(`select: too many cases (max ${CASES_MAX})`);
  let i = 0;
  try {
    for (; i < ops.length; i++) {
      const op = ops[i] as AnyOperation;
      const selectable = (op as Partial<AnyOperation> | null | undefined)?.[SELECTABLE];
      if (selectable === undefined) throw notAnOperation(keys?.[i] ?? i, op);
      if (!selectable) throw new TypeError(`select: ${op.label} cannot be a case`);
      op.adopt();
    }
  } catch (error) {
    while (i > 0) (ops[--i] as AnyOperation).state = ARMED;
    throw error;
  }
  return new SelectOp(ops, keys);
}

function notAnOperation(key: string | number, value: unknown): TypeError {
  return mistake(`select, case ${key}`, 'an operation, such as ch.recv()', value);
}

/**
 * Waits for one of several operations. If some are ready, one of them is chosen, each with the same probability;
 * otherwise the first to become ready is. Exactly one case completes; the others leave no trace: nothing is received,
 * sent, locked or waited for. No cases, or only operations on `nilChan`, wait for ever.
 *
 * Any operation can be a case, but for another select and `sendMany`.
 *
 * Source: the Go specification, "Select statements".
 *
 * @param cases an object, whose keys name the cases and narrow the value, or an array.
 * @throws TypeError if a case is no operation, or one that was used already; then nothing has happened.
 * @throws RangeError for more than 65,536 cases, as in Go.
 * @throws Panic `send on closed channel` if a send on a closed channel is chosen.
 * @example
 * const s = yield* select({ job: jobs.recv(), quit: quit.recv(), late: sleep(100) });
 * if (s.key === 'job') use(s.value);
 * const [i, v] = yield* select([a.recv(), b.recv()]);
 */
export function select<const C extends Readonly<Record<string, Op<unknown>>>>(cases: C): Op<Selected<C>>;
export function select<const C extends readonly Op<unknown>[]>(cases: C): Op<SelectedAt<C>>;
export function select(cases: Cases): Op<unknown> {
  return adopt(cases);
}

/**
 * `select` with Go's default case: completes at once, or answers undefined when no case is ready.
 *
 * @throws as `select` does; a send on a closed channel counts as ready and panics.
 * @example
 * const s = trySelect({ job: jobs.recv() });
 * if (s === undefined) console.log('nothing to do');
 */
export function trySelect<const C extends Readonly<Record<string, Op<unknown>>>>(
  cases: C,
): Selected<C> | undefined;
export function trySelect<const C extends readonly Op<unknown>[]>(cases: C): SelectedAt<C> | undefined;
export function trySelect(cases: Cases): unknown {
  const op = adopt(cases);
  op.take();
  const r = op.start(null);
  if (r === BLOCKED) {
    op.abandon();
    return undefined;
  }
  kickIfReady();
  return takeResult(r);
}
