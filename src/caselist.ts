/** The cases of one select. */
import { CASES_MAX, P_CASE, R_BLOCK, R_MEMORY, R_PARKED } from '../assembly/layout.ts';
import { mistake, outOfMemory } from './errors.ts';
import { type AnyOperation, type Op, SELECTABLE } from './op.ts';
import { caseOf, coreWords, parkOnAll, select as selectInCore } from './runtime/core.ts';
import { p, type Waiter } from './runtime/processor.ts';
import { BLOCKED, completed, PARKED, type Result } from './runtime/result.ts';
import { ARMED, ENCODES, IDLE, NO, UNKNOWN } from './runtime/state.ts';

type ByKey = Readonly<Record<string, Op<unknown>>>;
export type Cases = readonly Op<unknown>[] | ByKey;

/** Lists that no select has now: making one costs as much as half a select. */
const spare: CaseList[] = [];
const SPARE_MAX = 64;
/** A longer one is not kept. */
const SPARE_CASES = 16;

// What stands in the place of the one case that is ready.
const NONE = -1;
const ASK = -2;

const { hasOwnProperty } = Object.prototype;

/** A select that may be ended right after it has completed. */
export interface Winning {
  /** The case that completed it at once. */
  winner: AnyOperation | null;
}

/** What a select has from its call until it is over; then the next one has it. */
export class CaseList {
  /** These two are filled up to `count`. */
  private readonly ops: (AnyOperation | undefined)[] = [undefined];
  private readonly keys: (string | number)[] = [''];
  private count = 0;
  /** The cases came in an object. */
  private named = false;
  /** One of them encodes. */
  private encodes = false;

  /** Takes the cases over, or throws with none of them touched. */
  static of(cases: Cases): CaseList {
    if (typeof cases !== 'object' || cases === null) {
      throw mistake('select', 'an object or an array of operations', cases);
    }
    const list = spare.pop() ?? new CaseList();
    try {
      list.fill(cases);
    } catch (error) {
      list.giveUp();
      throw error;
    }
    return list;
  }

  private fill(cases: Cases): void {
    this.named = !Array.isArray(cases);
    if (Array.isArray(cases)) {
      for (let i = 0; i < cases.length; i++) this.add(i, cases[i]);
      return;
    }
    // Not Object.entries: with `in`, V8 reads keys and values by the shape of the object, and makes no arrays.
    const byKey = cases as ByKey;
    for (const key in byKey) if (hasOwnProperty.call(byKey, key)) this.add(key, byKey[key]);
  }

  private add(key: string | number, op: unknown): void {
    const { count } = this;
    if (count === CASES_MAX) throw new RangeError(`select: too many cases (max ${CASES_MAX})`);
    const selectable = (op as Partial<AnyOperation> | null | undefined)?.[SELECTABLE];
    if (selectable === undefined) {
      throw mistake(`select, case ${key}`, 'an operation, such as ch.recv()', op);
    }
    if (selectable === NO) throw new TypeError(`select: ${(op as AnyOperation).label} cannot be a case`);
    if (selectable === ENCODES) this.encodes = true;
    (op as AnyOperation).adopt();
    this.ops[count] = op as AnyOperation;
    this.keys[count] = key;
    this.count = count + 1;
  }

  /** The operations may be used as if they had not been given to a select. */
  private giveUp(): void {
    for (let i = 0; i < this.count; i++) this.at(i).state = ARMED;
    this.empty();
  }

  /** Completes one case, or parks `g` in all of them, or answers BLOCKED if it is null. */
  start(g: Waiter | null, of: Winning | null): Result {
    const { named } = this;
    const ready = this.onlyReady();
    if (ready >= 0) {
      const op = this.at(ready);
      const key = this.keys[ready];
      this.release(ready);
      if (of !== null) of.winner = op;
      return selected(named, key, op.start(null));
    }
    if (ready === NONE && g === null) return BLOCKED;
    const r = this.enter(g, ready === NONE);
    if (r === R_BLOCK) return BLOCKED;
    if (r === R_PARKED) return PARKED;
    const index = coreWords[P_CASE >> 2] as number;
    const op = this.at(index);
    const key = this.keys[index];
    this.release(index);
    if (of !== null) of.winner = op;
    return selected(named, key, op.commit(r));
  }

  /** The one case that is ready, or NONE, or ASK: it is for the core to say, or to choose. */
  private onlyReady(): number {
    let only = NONE;
    for (let i = 0; i < this.count; i++) {
      const ready = this.at(i).ready();
      if (ready === NO) continue;
      if (ready === UNKNOWN || only !== NONE) return ASK;
      only = i;
    }
    return only;
  }

  /** Shows the cases to the core. When that fails, no case has been touched. */
  private enter(g: Waiter | null, noneReady: boolean): number {
    const { count } = this;
    try {
      // First all that may run code of the program: it may select, too, and there is but one case table.
      if (this.encodes) {
        for (let i = 0; i < count; i++) this.at(i).prepare();
        if (p.cut !== null) g = null; // it has ended its own program meanwhile
      }
      const addr = g === null ? 0 : g.addr;
      for (let i = 0; i < count; i++) this.at(i).describe(i, g);
      const r = noneReady ? parkOnAll(count, addr) : selectInCore(count, addr);
      if (r === R_MEMORY) throw outOfMemory();
      return r;
    } catch (error) {
      this.release(-1);
      throw error;
    }
  }

  /** A case woke `g`. */
  finish(g: Waiter): Result {
    const index = caseOf(g.addr);
    const { named } = this;
    const op = this.at(index);
    const key = this.keys[index];
    this.release(index);
    return selected(named, key, op.finish(g));
  }

  /** It is over: the losers are abandoned, and all operations may be armed again. */
  release(winner: number): void {
    for (let i = 0; i < this.count; i++) {
      const op = this.at(i);
      op.state = IDLE;
      if (i !== winner) op.abandon();
    }
    this.empty();
  }

  private empty(): void {
    for (let i = 0; i < this.count; i++) this.ops[i] = undefined;
    if (this.count <= SPARE_CASES && spare.length < SPARE_MAX) spare.push(this);
    this.count = 0;
    this.encodes = false;
  }

  /** Another thread is just completing one of them, and nobody can tell which. */
  lose(): void {
    for (let i = 0; i < this.count; i++) this.at(i).lose();
  }

  at(i: number): AnyOperation {
    return this.ops[i] as AnyOperation;
  }

  /** Whether one of them waits on something that host code may hold. */
  get outside(): boolean {
    return this.ops.some((op) => op?.outside);
  }
}

function selected(named: boolean, key: string | number | undefined, { value }: Result): Result {
  return completed(named ? { key, value } : [key, value]);
}
