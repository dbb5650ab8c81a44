/** select: one of several operations, at one instant. */
import { CaseList, type Cases, type Winning } from './caselist.ts';
import { type AnyOperation, type Op, Operation, SELECTABLE } from './op.ts';
import { caseOf } from './runtime/core.ts';
import { kickIfReady } from './runtime/loop.ts';
import type { Waiter } from './runtime/processor.ts';
import { BLOCKED, type Result, takeResult } from './runtime/result.ts';
import { NO } from './runtime/state.ts';

/**
 * What `select` of an object gives: the key of the chosen case, which narrows the value.
 *
 * @example
 * type S = Selected<{ n: Op<number>; s: Op<string> }>;
 * // { key: 'n', value: number } | { key: 's', value: string }
 */
export type Selected<C> = {
  [K in keyof C]: C[K] extends Op<infer V> ? { readonly key: K; readonly value: V } : never;
}[keyof C];

/**
 * What `select` of an array gives: the index of the chosen case and its value.
 *
 * @example
 * type S = SelectedAt<[Op<number>, Op<string>]>; // [0, number] | [1, string]
 */
export type SelectedAt<C extends readonly unknown[]> = {
  [K in keyof C]: C[K] extends Op<infer V>
    ? K extends `${infer N extends number}`
      ? readonly [N, V]
      : readonly [number, V]
    : never;
}[number];

class SelectOp extends Operation<unknown> implements Winning {
  /** Null when it is over: the list may be another's then. */
  private cases: CaseList | null;
  winner: AnyOperation | null = null;

  constructor(cases: CaseList) {
    super();
    this.cases = cases;
  }

  get label(): string {
    return 'select()';
  }

  override get [SELECTABLE](): number {
    return NO;
  }

  override get outside(): boolean {
    return this.cases?.outside ?? false;
  }

  start(g: Waiter | null): Result {
    const cases = this.cases as CaseList;
    this.cases = null;
    const r = cases.start(g, this);
    if (!r.done) this.cases = cases;
    return r;
  }

  finish(g: Waiter): Result {
    const cases = this.cases as CaseList;
    this.cases = null;
    return cases.finish(g);
  }

  override offer(index: number): unknown {
    return this.cases?.at(index).offer(0);
  }

  override giveBack(g: Waiter | null): void {
    if (g !== null) this.cases?.at(caseOf(g.addr)).giveBack(g);
    else this.winner?.giveBack(null);
  }

  override lose(): void {
    this.cases?.lose();
  }

  override abandon(): void {
    this.cases?.release(-1);
    this.cases = null;
  }

  // Not selectable: never called.
  describe(): void {}
  commit(): Result {
    return BLOCKED;
  }
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
  return new SelectOp(CaseList.of(cases));
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
  const list = CaseList.of(cases);
  const r = list.start(null, null);
  if (r === BLOCKED) {
    list.release(-1);
    return undefined;
  }
  kickIfReady();
  return takeResult(r);
}
