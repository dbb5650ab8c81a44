/**
 * What may cross threads, as types.
 *
 * Stable: all of it. Every shareable class says `declare readonly [sharedBrand]: true`.
 */
import type { Chan, RecvChan, SendChan } from '../chantypes.ts';
import type { Op } from '../op.ts';

/** Marks handles of what lies in shared memory; there at compile time only. */
export declare const sharedBrand: unique symbol;

/**
 * A handle of something in shared memory: it may cross threads, and arrives as a handle of the same.
 *
 * @example
 * const handles: SharedObject[] = [chan(i32), buffer(1024)];
 */
export interface SharedObject {
  readonly [sharedBrand]: true;
}

/**
 * A channel between threads: values are copied, buffers move.
 *
 * @example
 * const lines: SharedChan<string> = chan(string, 100);
 */
export interface SharedChan<T> extends Chan<T>, SharedObject {}

/**
 * A channel between threads for numbers, which takes typed arrays too.
 *
 * @example
 * const ch: SharedNumberChan<number, Int32Array> = chan(i32, 100);
 * yield* ch.sendMany(Int32Array.of(1, 2, 3));
 */
export interface SharedNumberChan<T, Many> extends SharedChan<T> {
  /** As of `SendChan`; a typed array is sent without a look at its elements. */
  sendMany(values: readonly T[] | Many): Op<void>;
}

type Primitive = number | string | boolean | bigint | null | undefined | void;
type Copied = Date | RegExp | Error | ArrayBuffer | ArrayBufferView;

/**
 * Everything that may cross threads.
 *
 * @example
 * const job: Shareable = { id: 1, tags: new Set(['a']), reply: chan(f64) };
 */
export type Shareable =
  | Primitive
  | Copied
  | SharedObject
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | readonly Shareable[]
  | { readonly [key: string]: Shareable };

/**
 * `T`, if all that is in it may cross threads; otherwise a type to which `T` is not assignable. What is `unknown` is
 * left to the check at run time.
 *
 * @example
 * type A = ShareableArg<{ n: number }>; // the same
 * type B = ShareableArg<{ f: () => void }>; // { f: never }
 */
export type ShareableArg<T> = unknown extends T
  ? T
  : T extends Primitive | Copied | SharedObject
    ? T
    : T extends symbol | RecvChan<never> | SendChan<never> | ((...args: never[]) => unknown)
      ? never
      : T extends ReadonlyMap<infer K, infer V>
        ? ReadonlyMap<ShareableArg<K>, ShareableArg<V>>
        : T extends ReadonlySet<infer V>
          ? ReadonlySet<ShareableArg<V>>
          : { [K in keyof T]: ShareableArg<T[K]> };
