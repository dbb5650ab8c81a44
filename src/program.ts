/** Programs: what `run` runs, and what there is without it. */
import { RUN_BATCH } from '../assembly/layout.ts';
import { goroutinePanic, type PanicInfo } from './errors.ts';
import { G, type Program, setFallback } from './goroutine.ts';
import { host } from './host/index.ts';
import { AsyncWait } from './runtime/async.ts';
import { runBegin, runEnd, runIds } from './runtime/runs.ts';
import { kick } from './runtime/loop.ts';
import { allOwners } from './runtime/processor.ts';

/** Goroutines that threw and were not joined yet; looked at again when the host had a turn. */
let unjoined: G<unknown>[] = [];

function judgeUnjoined(): void {
  const thrown = unjoined;
  unjoined = [];
  for (const g of thrown) if (!g.joined) (g.program as Base).panic(panicInfo(g));
}

function panicInfo(g: G<unknown>): PanicInfo {
  return { error: g.value, goroutine: g.info() };
}

export abstract class Base implements Program {
  over = false;
  pending = 0;
  private id = 0;
  private lastId = 0;

  constructor(readonly run: number) {}

  nextId(): number {
    if (this.id === this.lastId) {
      this.id = runIds(this.run);
      this.lastId = this.id + RUN_BATCH;
    }
    return ++this.id;
  }

  started(_g: G<unknown>): void {}

  ended(g: G<unknown>, threw: boolean): void {
    if (!threw) return;
    // Whoever joins it in this turn or its microtasks is not too late; and a joiner may yet lose its select.
    if (unjoined.length === 0) host.macrotask(judgeUnjoined);
    unjoined.push(g);
  }

  abstract panic(info: PanicInfo): void;

  /** Ends all its goroutines: first nobody can be woken any more, then clean-up runs, which must not meet one that is cut off. */
  protected cutAll(): void {
    const left: G<unknown>[] = [];
    for (const owner of allOwners()) {
      if (owner instanceof G && owner.program === this) left.push(owner as G<unknown>);
      else if ('fire' in owner && owner.program === this) owner.stop?.();
      else if (owner instanceof AsyncWait && owner.owner instanceof G && owner.owner.program === this)
        owner.drop();
    }
    for (const g of left) g.cut();
    for (const g of left) g.unwind();
  }
}

/** Goroutines outside any `run`: a panic is an uncaught exception of the host. */
class Outside extends Base {
  panic(info: PanicInfo): void {
    host.uncaught(goroutinePanic(info));
  }
}

/** What is started outside any run. In a worker another takes its place. */
export const outside = new Outside(0);
setFallback(outside);

type EndTasks = (run: number) => Promise<void> | undefined;
let endTasks: EndTasks = (run) => void runEnd(run);

/** Sets who is told that a run is over, and answers when its tasks on other threads are; undefined: it has none there. */
export function onRunEnd(f: EndTasks): void {
  endTasks = f;
}

const active: Run[] = [];

/** The programs that have not ended, in the order they began. */
export function activeRuns(): readonly Run[] {
  return active;
}

/** One call of `run`. */
export class Run extends Base {
  /** Set when it begins. */
  main: G<unknown> | undefined;
  private live = 0;

  constructor(
    private readonly settle: (value: unknown) => void,
    private readonly fail: (error: unknown) => void,
    private readonly onPanic: ((info: PanicInfo) => void) | undefined,
    /** It has a signal, so it may be ended from outside at any time. */
    readonly abortable: boolean,
    /** How many processors it asks for, if it says. */
    readonly procs: number | undefined,
  ) {
    super(runBegin());
    // 0 is the name of what is outside any program, and nothing may end that.
    if (this.run === 0) throw new RangeError('run: too many programs at once');
    active.push(this);
    setFallback(this);
  }

  override started(_g: G<unknown>): void {
    this.live++;
  }

  override ended(g: G<unknown>, threw: boolean): void {
    this.live--;
    if (g !== this.main) return super.ended(g, threw);
    if (threw) this.end(() => this.fail(g.value));
    else this.end(() => this.settle(g.value));
  }

  panic(info: PanicInfo): void {
    if (this.over) return;
    if (this.onPanic === undefined) return this.reject(goroutinePanic(info));
    try {
      this.onPanic(info);
    } catch (error) {
      this.reject(error);
    }
  }

  /** Ends the program with an error. */
  reject(error: unknown): void {
    this.end(() => this.fail(error));
  }

  private end(settle: () => void): void {
    if (this.over) return;
    // A goroutine that threw in the same turn as main ended has still thrown before that.
    const thrown = unjoined.filter((g) => g.program === this && !g.joined);
    unjoined = unjoined.filter((g) => g.program !== this);
    this.over = true;
    active.splice(active.indexOf(this), 1);
    setFallback(active.at(-1) ?? outside);
    if (this.live > 0 || this.pending > 0) this.cutAll();
    const cleaned = endTasks(this.run);
    kick(); // the host timer of a sleeper that was cut off would keep the process alive
    const last = this.judgeLast(thrown.map(panicInfo), settle);
    if (cleaned === undefined) last();
    else void cleaned.then(last);
  }

  /** How the program settles: otherwise than it would, if goroutines threw in the turn in which main ended. */
  private judgeLast(thrown: PanicInfo[], settle: () => void): () => void {
    const { onPanic } = this;
    const [first] = thrown;
    if (first === undefined) return settle;
    if (onPanic === undefined) return () => this.fail(goroutinePanic(first));
    try {
      for (const info of thrown) onPanic(info);
      return settle;
    } catch (error) {
      return () => this.fail(error);
    }
  }
}
