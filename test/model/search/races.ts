// Data races, exactly: a state in which two threads are both about to access the same bytes, at least one of them
// to write, and not both by an atomic access of the same range.
//
// WebAssembly promises that a program without such a state behaves as if its accesses came one after another.
// That is all that the explorer looks at, so a clean result here is a part of every proof.

import { Kind } from '../wasm/operators.ts';
import type { World } from '../world/world.ts';
import { Status } from '../world/contexts.ts';

const { LOAD, NOTIFY, WAIT } = Kind;
const { READY } = Status;

/** A thread that thread t is in a race with, or -1. */
export function raceOf(world: World, t: number): number {
  const site = world.sites[world.site[t]!]!;
  if (world.status[t] !== READY || !touches(world, t)) return -1;
  const start = world.address[t]! >>> 0;
  const length = site.size || world.argument[t]! >>> 0;
  for (let u = 0; u < world.count; u++) {
    if (u === t || world.status[u] !== READY || !touches(world, u)) continue;
    const other = world.sites[world.site[u]!]!;
    if (reads(site.kind) && reads(other.kind)) continue;
    const otherStart = world.address[u]! >>> 0;
    const otherLength = other.size || world.argument[u]! >>> 0;
    if (start + length <= otherStart || otherStart + otherLength <= start) continue;
    if (site.atomic && other.atomic && start === otherStart && length === otherLength) continue;
    return u;
  }
  return -1;
}

/** Whether the thread stands before an access to memory. */
function touches(world: World, t: number): boolean {
  const site = world.site[t]!;
  return site !== 0 && world.sites[site]!.kind !== NOTIFY;
}

function reads(kind: number): boolean {
  return kind === LOAD || kind === WAIT;
}
