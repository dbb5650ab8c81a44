/** Random numbers of a seed. The same seeds give the same numbers, in every thread. */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export class Random {
  private readonly generator;

  /** Several seeds make one: a scenario's, and the number of whatever is made of it. */
  constructor(...seeds: number[]) {
    let mixed = 0;
    for (const seed of seeds) mixed = Math.imul(mixed ^ seed, 0x9e3779b1) ^ (mixed >>> 15);
    this.generator = xoroshiro128plus(mixed | 0);
  }

  /** An integer from 0 to `n` - 1. */
  below(n: number): number {
    return uniformInt(this.generator, 0, n - 1);
  }

  /** An integer, both ends included. */
  between(from: number, to: number): number {
    return uniformInt(this.generator, from, to);
  }

  /** From 0 to 1. */
  fraction(): number {
    return this.below(2 ** 31) / (2 ** 31 - 1);
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** An integer from 1 to about `max`, the smaller the likelier: each order of magnitude as often as any other. */
  skewed(max: number): number {
    return Math.floor(max ** this.fraction());
  }
}
