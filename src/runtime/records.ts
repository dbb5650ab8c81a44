/**
 * Core records of local channels: who has one, and when it is given back.
 *
 * A channel that is empty and that nobody waits on needs none: its buffer starts over at slot 0. Without a record its
 * address is 0, which the core takes for a closed channel; the answer R_CLOSED for a channel that is open is the sign to
 * get a record again and to try again. That costs the fast path nothing.
 *
 * A record is young until the host had a turn. Then it is given back if the channel is empty: a short-lived channel
 * has come and gone without the garbage collector's help. Otherwise, or when a channel needs one for the second time,
 * it keeps the record until it is no longer reachable.
 *
 * Rejected: registering every channel for finalization. V8 keeps the targets of a registry, and all they hold, through
 * its young collections: ten million short-lived channels took 1.7 GB, and making one took nine times as long as in Go.
 */
import { host } from '../host/index.ts';
import { chanFree, chanRelease, reach } from './core.ts';

export interface Recorded {
  addr: number;
  /** It had a record before. */
  hadRecord: boolean;
}

/** So many channels at most are held for the sake of their young records. */
const FRESH_MAX = 256;
let fresh: Recorded[] = [];
const dropped = new FinalizationRegistry<number>(chanFree);

/** A channel has got a record. */
export function recorded(c: Recorded): void {
  reach(c.addr);
  if (c.hadRecord) return keep(c);
  c.hadRecord = true;
  if (fresh.length === 0) host.macrotask(ageFresh);
  fresh.push(c);
}

/** Called when a channel is made: no operation is half done, so records may go. */
export function limitFresh(): void {
  if (fresh.length >= FRESH_MAX) ageFresh();
}

/** Gives back the records of young channels that are empty. No operation may be half done. */
export function ageFresh(): void {
  const young = fresh;
  fresh = [];
  for (const c of young) {
    if (chanRelease(c.addr) === 1) c.addr = 0;
    else keep(c);
  }
}

function keep(c: Recorded): void {
  dropped.register(c, c.addr);
}
