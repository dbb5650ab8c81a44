/** Errors cross threads as the nearest that the other side has. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DeadlockError, Panic } from '../../src/errors.ts';
import { decodeError, encodeError } from '../../src/shared/args.ts';
import { value } from '../../src/shared/types.ts';
import { through } from './codec.ts';
import { freshHeap, type TestHeap } from './heap.ts';

let heap: TestHeap;
beforeEach(() => {
  heap = freshHeap();
});
afterEach(() => {
  expect(heap.live).toBe(0);
});

function thrown(error: unknown): Error & Record<string, unknown> {
  return decodeError(encodeError(error)) as Error & Record<string, unknown>;
}

test.each([Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError])('%o', (Class) => {
  const error = new Class('text');
  const got = thrown(error);
  expect(got).not.toBe(error);
  expect(Object.getPrototypeOf(got)).toBe(Class.prototype);
  expect(Object.getOwnPropertyDescriptors(got)).toEqual(Object.getOwnPropertyDescriptors(error));
  expect(String(got)).toBe(`${Class.name}: text`);
});

test('causes, in a circle too', () => {
  const inner = new RangeError('inner', { cause: 'why' });
  const outer = new Error('outer', { cause: inner });
  inner.cause = outer;
  const got = thrown(outer);
  expect(got.cause).toBeInstanceOf(RangeError);
  expect((got.cause as Error).cause).toBe(got);
  expect(Object.keys(got)).toEqual([]);
  expect(Object.hasOwn(thrown(new Error('e', { cause: undefined })), 'cause')).toBe(true);
  expect(Object.hasOwn(thrown(new Error('e')), 'cause')).toBe(false);
});

test('AggregateError', () => {
  const got = thrown(
    new AggregateError([new TypeError('a'), 'b', () => 0], 'all'),
  ) as unknown as AggregateError;
  expect(got).toBeInstanceOf(AggregateError);
  expect(got.message).toBe('all');
  expect(got.errors[0]).toBeInstanceOf(TypeError);
  expect(got.errors[1]).toBe('b');
  expect(got.errors[2]).toMatchObject({ message: 'a function (anonymous) cannot be shared' });
  expect(Object.keys(got)).toEqual([]);
});

test('DOMException', () => {
  const error = AbortSignal.abort().reason as DOMException;
  const got = thrown(error);
  expect(got).toBeInstanceOf(DOMException);
  expect(got).toMatchObject({ name: 'AbortError', code: DOMException.ABORT_ERR, message: error.message });
});

test('the errors of the library', () => {
  const panic = new Panic('send on closed channel', 'ERR_SEND_ON_CLOSED');
  const got = thrown(panic);
  expect(got).toBeInstanceOf(Panic);
  expect(got).toMatchObject({ code: panic.code, message: panic.message, stack: panic.stack, name: 'Panic' });
  const goroutines = [{ id: 1, name: 'main', reason: 'chan receive', site: undefined }];
  const deadlock = thrown(new DeadlockError(goroutines));
  expect(deadlock).toBeInstanceOf(DeadlockError);
  expect(deadlock).toMatchObject({ goroutines, message: 'all goroutines are asleep - deadlock!' });
});

describe('classes of the program', () => {
  class HttpError extends TypeError {
    override name = 'HttpError';
    status = 404;
    retry = () => 0;
    response = { headers: new Map([['a', 'b']]) };
  }
  class Named extends Error {
    override get name() {
      return 'Named';
    }
  }

  test('become the nearest built-in class, with name and fields; what cannot be shared is left out', () => {
    const error = new HttpError('no');
    const got = thrown(error);
    expect(Object.getPrototypeOf(got)).toBe(TypeError.prototype);
    expect(got).toMatchObject({
      name: 'HttpError',
      status: 404,
      response: error.response,
      stack: error.stack,
    });
    expect(got).not.toHaveProperty('retry');
  });

  test('a name of the class becomes a field that is not listed', () => {
    const got = thrown(new Named('m'));
    expect(got.name).toBe('Named');
    expect(Object.keys(got)).toEqual([]);
  });
});

describe('what is no error', () => {
  test.each([undefined, null, 0, 'text', 10n ** 30n, { code: 5 }, [1]])('%o arrives as itself', (v) => {
    expect(decodeError(encodeError(v))).toEqual(v);
  });

  class Failure {
    message = 'disk full';
  }
  test.each([
    [function boom() {}, 'a function (boom) cannot be shared'],
    [Symbol('s'), 'Symbol(s) cannot be shared'],
    [new Failure(), 'an object of Failure: disk full cannot be shared'],
    [{ f: () => 0 }, 'an object of Object cannot be shared'],
    [Promise.resolve(), 'an object of Promise cannot be shared'],
  ])('%o is described', (v, message) => {
    const got = thrown(v);
    expect(got).toBeInstanceOf(Error);
    expect(got.message).toBe(message);
  });
});

test('an error that throws when it is looked at', () => {
  const error = new Error('outer');
  const bad = {
    enumerable: true,
    get() {
      throw new Error('inner');
    },
  };
  Object.defineProperties(error, { stack: bad, name: bad, field: bad, cause: bad, errors: bad });
  const got = thrown(error);
  expect(got.message).toBe('outer');
  expect(got).not.toHaveProperty('field');
  expect(got.cause).toMatchObject({ message: 'a value whose getter throws cannot be shared' });
});

test('a long chain of causes ends, and does not overflow', () => {
  let error = new Error('0');
  for (let i = 1; i < 5000; i++) error = new Error(String(i), { cause: error });
  let depth = 0;
  for (let e: unknown = thrown(error); e instanceof Error; e = e.cause) depth++;
  expect(depth).toBeGreaterThan(900);
});

test('inside a value an error is an error too', () => {
  const e = new TypeError('x');
  const got = through<readonly [Error, { e: Error }]>(value<readonly [Error, { e: Error }]>(), [e, { e }]);
  expect(got[0]).toBeInstanceOf(TypeError);
  expect(got[1].e).toBe(got[0]);
});
