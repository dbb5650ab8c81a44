/** Waiting in synchronous code: the thread's other goroutines run on top of the caller's stack. */
import { goroutineEnded } from '../errors.ts';
import { type AnyOperation, release } from '../op.ts';
import { host } from '../host/index.ts';
import { deadlock } from './dump.ts';
import { waiterRecord } from './async.ts';
import { exit, waitingOnHost } from './core.ts';
import { kickIfReady, runOne, sleepBlocked } from './loop.ts';
import { blocking, clearOwner, cutRunning, ownerAt, p, setOwner, type Waiter } from './processor.ts';
import { beat } from './rest.ts';
import { takeResult } from './result.ts';

class Blocker implements Waiter {
  readonly gen = null;
  op: AnyOperation | null = null;
  value: unknown = undefined;
  woken = false;
  closed = false;
  constructor(readonly addr: number) {}

  wake(): void {
    this.woken = true;
    this.closed = p.closed; // a turn on top of this one may change it
  }
}

/** Completes an operation, however long it takes. */
export function blockOn(op: AnyOperation): unknown {
  let r = op.start(null);
  if (r.done) {
    kickIfReady();
    return takeResult(r);
  }
  const g = blocker(op);
  setOwner(g.addr, g);
  try {
    r = op.start(g);
    while (!r.done) {
      op.wait();
      g.op = op;
      runUntilWoken(g, op);
      op.rest();
      g.op = null;
      r = op.finish(g);
    }
    return takeResult(r);
  } finally {
    clearOwner(g.addr);
    exit(g.addr);
    if (g.op !== null) release(op);
  }
}

/** Whom an operation that was tried in vain will wake; it is given up if there is none. */
function blocker(op: AnyOperation): Blocker {
  try {
    if (p.ending || p.cut !== null) throw goroutineEnded();
    return new Blocker(waiterRecord());
  } catch (error) {
    release(op);
    throw error;
  }
}

function runUntilWoken(g: Blocker, op: AnyOperation): void {
  const { self, addr, async } = p;
  p.async = null;
  g.woken = false;
  if (self !== null) blocking.add(self);
  try {
    while (!g.woken) {
      p.self = null;
      p.addr = 0;
      if (runOne()) beat();
      else if (!sleepBlocked(g.addr)) throw cannotBlock(op, (self ?? async)?.program?.run ?? 0);
    }
  } finally {
    if (self !== null) blocking.delete(self);
    p.self = self;
    p.addr = addr;
    p.async = async;
    // What ran meanwhile may have ended the program of the goroutine that blocks.
    if (self !== null && ownerAt(addr) !== self) cutRunning(self);
  }
  p.closed = g.closed;
}

function cannotBlock(op: AnyOperation, run: number): Error {
  if (host.blockFor(0)) {
    if (waitingOnHost() === 0) return deadlock(run);
    return new TypeError(
      `${op.label}: block() cannot wait for promises, which do not settle meanwhile; use await or yield*`,
    );
  }
  return new TypeError(`${op.label}: block() is not allowed on this thread; use await or yield*`);
}
