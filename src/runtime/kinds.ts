/** Telling apart what functions are and give back. */
import type { Parked } from '../op.ts';

const AsyncGeneratorFunction = async function* () {}.constructor;
const GeneratorFunction = function* () {}.constructor;
const generatorPrototype = Object.getPrototypeOf(Object.getPrototypeOf((function* () {})())) as Generator;

/** `next` of every generator. */
export const proceed = generatorPrototype.next as (
  this: Iterator<unknown, unknown, void>,
) => IteratorResult<unknown, unknown>;

export function isGeneratorFunction(f: unknown): boolean {
  return f instanceof GeneratorFunction;
}

export function isAsyncGeneratorFunction(f: unknown): boolean {
  return f instanceof AsyncGeneratorFunction;
}

export function isGenerator(value: unknown): value is Generator<Parked, unknown, void> {
  return typeof value === 'object' && value !== null && generatorPrototype.isPrototypeOf(value);
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
