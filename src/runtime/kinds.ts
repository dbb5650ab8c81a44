/** Telling apart what functions are and give back. */
import type { Parked } from '../op.ts';

const AsyncGeneratorFunction = Object.getPrototypeOf(async function* () {}) as object;
const GeneratorFunction = Object.getPrototypeOf(function* () {}) as object;
const generatorPrototype = Object.getPrototypeOf(Object.getPrototypeOf((function* () {})())) as object;

export function isGeneratorFunction(f: unknown): boolean {
  return Object.getPrototypeOf(f) === GeneratorFunction;
}

export function isAsyncGeneratorFunction(f: unknown): boolean {
  return Object.getPrototypeOf(f) === AsyncGeneratorFunction;
}

export function isGenerator(value: unknown): value is Generator<Parked, unknown, void> {
  return typeof value === 'object' && value !== null && generatorPrototype.isPrototypeOf(value);
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
