/** What the types of shared channels let a program say. Checked by tsc; here they only have to load. */
import { describe, expectTypeOf, test } from 'vitest';
import type { Chan, RecvChan, SendChan } from '../../src/chantypes.ts';
import type { SharedBuffer } from '../../src/shared/buffer.ts';
import type { Shareable, ShareableArg, SharedChan, SharedNumberChan } from '../../src/shared/shared.ts';
import {
  bool,
  buffer,
  bytes,
  chanOf,
  f64,
  i32,
  i64,
  string,
  struct,
  value,
  type NumericType,
  type Type,
  type TypeOf,
} from '../../src/shared/types.ts';

/** As `chan` will take them. */
declare function chan<T>(type: Type<T>, capacity?: number): SharedChan<T>;

describe('descriptors', () => {
  test('know their values', () => {
    expectTypeOf<TypeOf<typeof i32>>().toEqualTypeOf<number>();
    expectTypeOf<TypeOf<typeof i64>>().toEqualTypeOf<bigint>();
    expectTypeOf<TypeOf<typeof bool>>().toEqualTypeOf<boolean>();
    expectTypeOf<TypeOf<typeof string>>().toEqualTypeOf<string>();
    expectTypeOf<TypeOf<typeof bytes>>().toEqualTypeOf<Uint8Array>();
    expectTypeOf<TypeOf<typeof buffer>>().toEqualTypeOf<SharedBuffer>();
    expectTypeOf(buffer).toBeCallableWith(8);
    expectTypeOf(buffer).returns.toEqualTypeOf<SharedBuffer>();
    expectTypeOf(i32).toEqualTypeOf<NumericType<number, Int32Array>>();
  });

  test('of structs and channels', () => {
    const point = struct({ x: f64, label: string, inner: struct({ n: i32 }), v: value<number[]>() });
    expectTypeOf<TypeOf<typeof point>>().toEqualTypeOf<{
      x: number;
      label: string;
      inner: { n: number };
      v: number[];
    }>();
    expectTypeOf(chanOf(point)).toEqualTypeOf<Type<SharedChan<TypeOf<typeof point>>>>();
    expectTypeOf(chanOf(i32)).toEqualTypeOf<Type<SharedNumberChan<number, Int32Array>>>();
    expectTypeOf<SharedNumberChan<number, Int32Array>>().toExtend<SharedChan<number>>();
    // @ts-expect-error not a type
    const wrong = (): unknown => struct({ x: 5 });
    expectTypeOf(wrong).toBeFunction();
  });

  test('are of one type only', () => {
    expectTypeOf<Type<number>>().not.toExtend<Type<number | string>>();
    expectTypeOf<Type<number | string>>().not.toExtend<Type<number>>();
  });

  test('give channels their type', () => {
    const open = () => chan(struct({ x: f64 }), 3);
    expectTypeOf(open).returns.toEqualTypeOf<SharedChan<{ x: number }>>();
    expectTypeOf<SharedChan<number>>().toExtend<Chan<number> & SendChan<number> & RecvChan<number>>();
  });
});

interface Job {
  id: number;
  tags: readonly string[];
  reply?: SharedChan<string>;
  parent?: Job;
  meta: Map<string, Date | { deep: [1, 'two', Error] }>;
}
class Instance {
  x = 1;
  method(): number {
    return this.x;
  }
}

describe('value', () => {
  test('of everything that can be shared', () => {
    expectTypeOf(value<Job>()).toEqualTypeOf<Type<Job>>();
    expectTypeOf(value<unknown>()).toEqualTypeOf<Type<unknown>>();
    expectTypeOf(value<string | null | undefined | bigint>()).toExtend<
      Type<string | null | undefined | bigint>
    >();
    expectTypeOf(value<{ b: SharedBuffer; u: Float32Array; a: ArrayBuffer }>()).not.toBeAny();
    expectTypeOf(value<Set<[Job, Job?]>>()).not.toBeAny();
  });

  test('of nothing else', () => {
    // @ts-expect-error a function
    value<() => void>();
    // @ts-expect-error a function inside
    value<{ a: { f: () => void }[] }>();
    // @ts-expect-error a local channel
    value<Chan<number>>();
    // @ts-expect-error a local channel inside
    value<{ a?: Map<string, SendChan<number>> }>();
    // @ts-expect-error an instance of a class with methods
    value<Instance>();
    // @ts-expect-error a symbol
    value<symbol[]>();
    // @ts-expect-error a promise
    value<{ p: Promise<number> }>();
  });
});

test('ShareableArg and Shareable', () => {
  expectTypeOf<Job>().toExtend<ShareableArg<Job>>();
  expectTypeOf<ShareableArg<number>>().toEqualTypeOf<number>();
  expectTypeOf<SharedChan<number>>().toExtend<ShareableArg<SharedChan<number>>>();
  expectTypeOf<Chan<number>>().not.toExtend<ShareableArg<Chan<number>>>();
  expectTypeOf<() => void>().not.toExtend<ShareableArg<() => void>>();
  expectTypeOf<{ a: [1, { b: SharedBuffer }] }>().toExtend<Shareable>();
  expectTypeOf<() => void>().not.toExtend<Shareable>();
  expectTypeOf<Chan<number>>().not.toExtend<Shareable>();
});
