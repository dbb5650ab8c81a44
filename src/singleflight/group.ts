import { chan } from '../chan.ts';
import type { Chan, RecvChan } from '../chantypes.ts';
import { checkStartable, startWatched } from '../go.ts';
import type { CountedG, Go } from '../goroutine.ts';
import { LaunchOp } from '../launch.ts';
import type { Op } from '../op.ts';
import { type Trace, trace } from '../runtime/site.ts';
import { unshareable } from '../shared/shareable.ts';
import type { Task } from '../task.ts';

/**
 * What a call has come to, for `doChan`.
 *
 * Source: `singleflight.Result`.
 */
export interface Result<T> {
  /** What the function returned; undefined if it threw. */
  readonly value: T | undefined;
  /** What it threw; undefined if it returned. */
  readonly error: unknown;
  /** Whether others have got the same. */
  readonly shared: boolean;
}

/** A function that is being called. */
interface Call<T> {
  g: CountedG<T>;
  callers: number;
  readonly chans: Chan<Result<T>>[];
}

/**
 * Keeps work from being done twice at the same time: while a function is being called for a key, whoever asks for that
 * key waits for its result instead of calling another. Nothing is kept when it is over. For the goroutines of one thread.
 *
 * Source: `singleflight.Group` of golang.org/x/sync.
 *
 * @example
 * const users = new Group<User>();
 * const user = yield* users.do(id, () => fetchUser(id));
 */
export class Group<T> {
  readonly #calls = new Map<unknown, Call<T>>();

  /**
   * Calls `f` in a goroutine of its own, unless a call for the key is going on: then waits for that. An operation: it
   * begins when it is used. In a select that chooses another case the call goes on, for others may have joined.
   *
   * Source: `Group.Do`. Whether the result was shared only `doChan` tells.
   *
   * @param key anything; compared as of a `Map`.
   * @returns what `f` returns, the same for all who wait.
   * @throws what `f` throws, the same for all who wait. TypeError if `f` is not a function.
   * @example
   * const page = yield* group.do(url, () => download(url));
   */
  do(key: unknown, f: Task<[], T> | (() => Go<T>) | (() => Promise<T>) | (() => T)): Op<T> {
    checkStartable('singleflight.do', f);
    const made = trace(this.do);
    return new LaunchOp<T>('do()', () => this.#call(key, f, made).g.join());
  }

  /**
   * As `do`, begun at once, with a channel that has the result when it is there. It is never closed.
   *
   * Source: `Group.DoChan`.
   *
   * @throws TypeError if `f` is not a function.
   * @example
   * const s = yield* select({ page: group.doChan(url, load).recv(), quit: ctx.done().recv() });
   */
  doChan(key: unknown, f: Task<[], T> | (() => Go<T>) | (() => Promise<T>) | (() => T)): RecvChan<Result<T>> {
    checkStartable('singleflight.doChan', f);
    const ch = chan<Result<T>>(1);
    this.#call(key, f, trace(this.doChan)).chans.push(ch);
    return ch;
  }

  /**
   * The next `do` with this key calls its function, also while another call for it goes on.
   *
   * Source: `Group.Forget`.
   */
  forget(key: unknown): void {
    this.#calls.delete(key);
  }

  /** The call that goes on for the key: one more waits for it. */
  #call(key: unknown, f: unknown, made: Trace | undefined): Call<T> {
    const going = this.#calls.get(key);
    // One that the end of its program has cut off will not come to anything.
    if (going !== undefined && !going.g.ended) {
      going.callers++;
      return going;
    }
    const call = { callers: 1, chans: [] } as unknown as Call<T>;
    const over = (value: T | undefined, error: unknown): void => {
      if (this.#calls.get(key) === call) this.#calls.delete(key);
      for (const ch of call.chans) ch.trySend({ value, error, shared: call.callers > 1 });
    };
    const g = startWatched(
      f,
      [],
      made,
      (value) => over(value as T, undefined),
      (error) => over(undefined, error),
    );
    call.g = g as CountedG<T>;
    this.#calls.set(key, call);
    return call;
  }
}

unshareable(Group, 'a singleflight group (it is for the goroutines of one thread)');
