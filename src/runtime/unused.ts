/**
 * The check build's watch over operations: one that was made and never used did nothing, so its `yield*` or `await`
 * was forgotten. Off unless the program runs with GOROUTINES_CHECK=1.
 */
import { host } from '../host/index.ts';
import type { AnyOperation } from '../op.ts';
import { currentOwner } from './async.ts';
import type { Waiter } from './processor.ts';
import { ownSite } from './site.ts';

/** Whether operations are watched; then none is kept for reuse. */
export const checking = host.checking;

interface Made {
  readonly op: AnyOperation;
  readonly by: Waiter | null;
  readonly site: string;
}

const made = new Set<Made>();
let sweepAt = 1024;
let watching = false;

/** Called for every operation that is made while `checking`. */
export function track(op: AnyOperation): void {
  if (!watching) host.onDrained(() => reportUnused(null));
  watching = true;
  made.add({ op, by: currentOwner(), site: ownSite() ?? 'an unknown place' });
  if (made.size > sweepAt) {
    for (const entry of made) if (entry.op.used) made.delete(entry);
    sweepAt = 2 * Math.max(512, made.size);
  }
}

/** Reports the operations that a goroutine made and did not use; null: those made outside any. */
export function reportUnused(by: Waiter | null): void {
  if (!checking) return;
  for (const entry of made) {
    if (entry.by !== by) continue;
    made.delete(entry);
    if (entry.op.used) continue;
    host.warn(`${entry.op.label} was made and never used: yield* or await is missing\n    at ${entry.site}`);
  }
}
