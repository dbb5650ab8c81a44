/** What the thread of a program and the threads of its processors say to each other. All else goes through the core. */
import type { GoroutineInfo } from './errors.ts';
import type { Listed } from './runtime/dump.ts';

/** To a processor. */
export type Order =
  /** A run is over: its goroutines end. Answered with `ended` by one that has had any. */
  | { readonly type: 'end'; readonly run: number }
  /** Asks for a `Listing`. */
  | { readonly type: 'list'; readonly id: number };

/** From a processor. */
export type Report =
  | { readonly type: 'ready' }
  /** There are tasks, and there could be more processors. */
  | { readonly type: 'work' }
  /** A goroutine threw that nobody joined; `error` is encoded. */
  | {
      readonly type: 'panic';
      readonly run: number;
      readonly error: number;
      readonly goroutine: GoroutineInfo;
    }
  /** The goroutines of a run have ended here, and their clean-up has run. */
  | { readonly type: 'ended'; readonly run: number }
  | Listing;

export interface Listing {
  readonly type: 'listing';
  readonly id: number;
  readonly goroutines: readonly Listed[];
}
