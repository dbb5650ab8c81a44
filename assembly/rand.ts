// Pseudo-random numbers for the choice among ready cases: xorshift64, seedable, state in the P record.

import { P_RAND } from './layout';
import { get, set } from './memory';
import { p } from './proc';

export function seed(low: i32, high: i32): void {
  // Zero is the one state the generator never leaves.
  set(p, P_RAND, low | 1);
  set(p, P_RAND + 4, high);
}

/** A number from 0 to n - 1, n > 0. */
export function random(n: i32): i32 {
  // Masked, not cast to u32: the optimiser of AssemblyScript 0.28 makes a sign-extending load of the cast.
  let x = ((get(p, P_RAND + 4) as u64) << 32) | ((get(p, P_RAND) as u64) & 0xffffffff);
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  set(p, P_RAND, x as i32);
  set(p, P_RAND + 4, (x >> 32) as i32);
  // The high half times n: no division, and no bias that a choice among 65,536 could show.
  return (((x >> 32) * (n as u64)) >> 32) as i32;
}
