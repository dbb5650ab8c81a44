/**
 * The types of shared channels.
 *
 * Stable: all of it. A channel of a type moves words with `type.codec`, and gives `type.name` as its description;
 * `typeNamed` of typename.ts finds the type again in another thread.
 */
import { makeBuffer, bufferCodec, type SharedBuffer } from './buffer.ts';
import { chanCodec } from './chanof.ts';
import type { BigArray, Codec, NumberArray } from './codec.ts';
import { mismatch, property } from './mismatch.ts';
import { boolCodec, f32Codec, f64Codec, i32Codec, i64Codec, u32Codec, u64Codec } from './numbers.ts';
import type { ShareableArg, SharedChan, SharedNumberChan } from './shared.ts';
import { bytesCodec, stringCodec } from './string.ts';
import { structCodec } from './struct.ts';
import { valueCodec } from './value.ts';

declare const typeBrand: unique symbol;
declare const manyBrand: unique symbol;

/**
 * The type of a shared channel: which values it takes, and how they cross threads.
 *
 * @example
 * const names = chan(string, 10);
 */
export interface Type<T> {
  /** How a program would write it, such as `i32` or `struct{x:f64,n:i32}`. Types with equal names are equal. */
  readonly name: string;
  readonly [typeBrand]: (value: T) => T;
  /** @internal */
  readonly codec: Codec<T>;
}

/**
 * A numeric type: many values go at once as a typed array, of the kind `Many`.
 *
 * @example
 * const samples = <T, Many>(type: NumericType<T, Many>) => chan(type, 1024);
 */
export interface NumericType<T, Many> extends Type<T> {
  readonly [manyBrand]: Many;
}

/** A type of whatever values. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a type is neither co- nor contravariant
export type AnyType = Type<any>;

/**
 * The values of a type.
 *
 * @example
 * const point = struct({ x: f64, y: f64 });
 * type Point = TypeOf<typeof point>; // { x: number; y: number }
 */
export type TypeOf<D> = D extends Type<infer T> ? T : never;

function type<D extends AnyType>(name: string, codec: unknown): D {
  return { name, codec } as unknown as D;
}

/**
 * Integers from -2147483648 to 2147483647.
 *
 * @example
 * const ch = chan(i32, 100);
 * yield* ch.sendMany(new Int32Array([1, 2, 3]));
 */
export const i32 = type<NumericType<number, Int32Array>>('i32', i32Codec);

/**
 * Integers from 0 to 4294967295.
 *
 * @example
 * const ids = chan(u32);
 */
export const u32 = type<NumericType<number, Uint32Array>>('u32', u32Codec);

/**
 * Numbers, rounded to the nearest that has 32 bits: 0.1 arrives as 0.10000000149011612.
 *
 * @example
 * const samples = chan(f32, 1024);
 */
export const f32 = type<NumericType<number, Float32Array>>('f32', f32Codec);

/**
 * All numbers, with NaN, -0 and the infinities.
 *
 * @example
 * const ch = chan(f64, 1);
 * yield* ch.send(Math.PI);
 */
export const f64 = type<NumericType<number, Float64Array>>('f64', f64Codec);

/**
 * Bigints from -(2n ** 63n) to 2n ** 63n - 1n.
 *
 * @example
 * const ch = chan(i64, 1);
 * yield* ch.send(-1n);
 */
export const i64 = type<NumericType<bigint, BigInt64Array>>('i64', i64Codec);

/**
 * Bigints from 0n to 2n ** 64n - 1n.
 *
 * @example
 * const hashes = chan(u64, 16);
 */
export const u64 = type<NumericType<bigint, BigUint64Array>>('u64', u64Codec);

/**
 * `true` and `false`.
 *
 * @example
 * const done = chan(bool);
 */
export const bool = type<Type<boolean>>('bool', boolCodec);

/**
 * Strings. Each arrives exactly as it was, lone surrogates too.
 *
 * @example
 * const lines = chan(string, 100);
 * yield* lines.send('hello');
 */
export const string = type<Type<string>>('string', stringCodec);

/**
 * Uint8Arrays, copied. A Buffer of Node arrives as a Uint8Array. For many bytes `buffer` is better: it moves them.
 *
 * @example
 * const packets = chan(bytes, 8);
 * yield* packets.send(new Uint8Array([1, 2, 3]));
 */
export const bytes = type<Type<Uint8Array>>('bytes', bytesCodec);

const anyValue = type<AnyType>('value', valueCodec);

// A list of parameters and not a constraint on T: those must not depend on T itself.
type Unless<T> = [T] extends [ShareableArg<T>]
  ? []
  : [notShareable: 'T has something in it that cannot cross threads, such as a function or a local channel'];

/**
 * Everything that can be shared, copied: numbers, bigints, strings, booleans, null, undefined, plain objects, arrays,
 * Map, Set, Date, RegExp, Error, typed arrays, DataView and ArrayBuffer, with cycles and repetitions as they were; and
 * anywhere inside, as handles of the same thing, shared channels and buffers and all other shareable objects.
 *
 * Of objects the own enumerable properties with strings as keys are copied, of arrays the elements (holes stay holes),
 * of views the bytes that they show. Errors arrive with name, message, stack, cause and their own fields, as the
 * nearest built-in class; what in an error cannot be shared is left out. Anything else, such as a function, a symbol
 * or an instance of a class, is a TypeError at the send that says where in the value it is.
 *
 * @example
 * interface Job { id: number; tags: string[]; reply: SharedChan<string> }
 * const jobs = chan(value<Job>(), 16);
 */
export function value<T>(..._check: Unless<T>): Type<T> {
  return anyValue as Type<T>;
}

/** What `buffer` is: the type of channels of buffers, and the function that makes one. */
export interface BufferType extends Type<SharedBuffer> {
  (n: number): SharedBuffer;
}

/**
 * `buffer(n)` makes a buffer: `n` bytes in shared memory, all 0. `buffer` itself is the type of channels of buffers.
 * Sending a buffer, there or inside a `value()` or an argument of a task, moves it: the sender's handle is dead
 * afterwards, and nothing is copied. `using`, or the collector of garbage, frees it.
 *
 * @throws TypeError unless `n` is an integer, 0 or more.
 * @throws Panic `out of memory`.
 *
 * @example
 * const frames = chan(buffer, 2);
 * const frame = buffer(1920 * 1080 * 4);
 * frame.bytes.fill(255);
 * yield* frames.send(frame); // frame.bytes throws from now on
 */
export const buffer: BufferType = Object.assign((n: number) => makeBuffer(n), {
  codec: bufferCodec,
}) as unknown as BufferType;
Object.defineProperty(buffer, 'name', { value: 'buffer' });

/**
 * Shared channels of a type, as values of a channel.
 *
 * @throws TypeError unless `type` is a type.
 *
 * @example
 * const requests = chan(struct({ n: i32, reply: chanOf(f64) }));
 */
export function chanOf<T, Many>(type: NumericType<T, Many>): Type<SharedNumberChan<T, Many>>;
export function chanOf<T>(type: Type<T>): Type<SharedChan<T>>;
export function chanOf(of: AnyType): Type<SharedChan<unknown>> {
  if (!isType(of)) throw mismatch('chanOf', 'a type such as i32', of);
  return type<AnyType>(`chan(${of.name})`, chanCodec(of.name)) as Type<SharedChan<unknown>>;
}

/**
 * Objects with exactly these fields. What else an object has is not sent. Cheaper than `value()`, and each field is
 * checked. Made once, at the top of a module.
 *
 * @throws TypeError unless all fields are types, and none is called `__proto__`.
 *
 * @example
 * const point = struct({ x: f64, y: f64, label: string });
 * const points = chan(point, 32);
 * yield* points.send({ x: 1, y: 2, label: 'a' });
 */
export function struct<S extends Record<string, AnyType>>(fields: S): Type<{ [K in keyof S]: TypeOf<S[K]> }> {
  const entries = Object.entries(fields) as [string, unknown][];
  for (const [key, field] of entries) {
    if (!isType(field)) throw mismatch(`struct: ${key}`, 'a type such as i32', field);
    if (key === '__proto__') throw new TypeError('struct: __proto__ cannot be the name of a field');
  }
  const list = entries as [string, AnyType][];
  const names = list.map(([key, field]) => `${nameOf(key)}:${field.name}`);
  return type(`struct{${names.join(',')}}`, structCodec(list.map(([key, field]) => [key, field.codec])));
}

/** A key in the name of a struct. */
function nameOf(key: string): string {
  return property(key).startsWith('.') ? key : JSON.stringify(key);
}

/** Whether something is a type. */
export function isType(value: unknown): value is AnyType {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as Partial<AnyType>).name === 'string' &&
    typeof (value as Partial<AnyType>).codec?.write === 'function'
  );
}

export type { BigArray, NumberArray, SharedBuffer };
