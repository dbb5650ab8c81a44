/**
 * Semaphores, the root of everything in this package: permits, and who waits for them.
 *
 * While nobody waits, and no other thread has it, a semaphore is a number in JavaScript: to make one costs nothing, and
 * to use it costs no atomics. Who has to wait, or is about to give it to another thread, makes a record in shared memory
 * of it. The record of one that was given away stays until no thread has a handle of it any more; any other goes with
 * the last who waits. What the record says, and why a compare-and-swap on it is enough: assembly/sema.ts.
 */
import {
  LOCK,
  Q_FIRST,
  Q_LAST,
  R_SLOT,
  RULE_ZERO,
  S_PERMITS,
  S_REFS,
  S_RULE,
  S_SIZE,
  S_STATE,
  S_WAITQ,
} from '../../assembly/layout.ts';
import { currentOwner } from '../runtime/async.ts';
import { reach, semaAcquire, semaRelease } from '../runtime/core.ts';
import { kickIfReady } from '../runtime/loop.ts';
import { p } from '../runtime/processor.ts';
import { alloc, free } from '../shared/heap.ts';
import { publish } from './handles.ts';

export class Sema {
  /** Of the record, or 0: then the permits are these. */
  addr = 0;
  permits: number;
  /** Made outside any goroutine, so host code may hold it. */
  readonly outside = currentOwner() === null;
  private shared = false;
  private waiting = 0;

  /** `rule`: how permits are given, RULE_*; `most`: how many there can be. */
  constructor(
    permits: number,
    private readonly rule: number,
    private readonly most: number,
  ) {
    this.permits = permits;
  }

  /** How many permits are free. */
  get free(): number {
    if (this.addr === 0) return this.permits;
    return Atomics.load(p.words, (this.addr + S_STATE) >> 2) & S_PERMITS;
  }

  /** Whether an acquire would not wait. There is no record. */
  suffices(n: number): boolean {
    return this.rule === RULE_ZERO ? this.permits === 0 : this.permits >= n;
  }

  /** Takes `n` permits, if an acquire would not wait; RULE_ZERO: 0 of none, if there are none. */
  tryAcquire(n: number): boolean {
    if (this.addr !== 0) return this.tryRecord(n);
    if (!this.suffices(n)) return false;
    this.permits -= n;
    return true;
  }

  private tryRecord(n: number): boolean {
    const { words } = p;
    const at = (this.addr + S_STATE) >> 2;
    let state = Atomics.load(words, at);
    if (this.rule === RULE_ZERO) return (state & S_PERMITS) === 0;
    while (state >= n) {
      const seen = Atomics.compareExchange(words, at, state, state - n);
      if (seen === state) return true;
      state = seen;
    }
    // Who waits may be in the way, or one who is about to take or to give: the core knows.
    return state < 0 && semaAcquire(this.addr, n, 0, 0, 0) === R_SLOT;
  }

  /**
   * Gives `n` permits back, or takes them away without waiting if `n` is negative; false, and nothing has changed, if
   * there would be too many or too few.
   */
  release(n: number): boolean {
    if (this.addr !== 0) return this.releaseRecord(n);
    const permits = this.permits + n;
    if (permits < 0 || permits > this.most) return false;
    this.permits = permits;
    return true;
  }

  private releaseRecord(n: number): boolean {
    const { words } = p;
    const at = (this.addr + S_STATE) >> 2;
    let state = Atomics.load(words, at);
    while (state >= 0) {
      const next = state + n;
      if (next < 0 || next > this.most) return false;
      const seen = Atomics.compareExchange(words, at, state, next);
      if (seen === state) return true;
      state = seen;
    }
    if (semaRelease(this.addr, n, this.most) !== R_SLOT) return false;
    kickIfReady();
    return true;
  }

  /** RULE_NOTIFY: wakes the `n` who have waited longest. */
  notify(n: number): void {
    if (this.addr === 0 || Atomics.load(p.words, (this.addr + S_STATE) >> 2) >= 0) return;
    semaRelease(this.addr, n, this.most);
    kickIfReady();
  }

  /** Moves it from one number of permits to another, if it has the first. Nobody waits at either, or at the first. */
  move(from: number, to: number): boolean {
    if (this.addr !== 0) {
      return Atomics.compareExchange(p.words, (this.addr + S_STATE) >> 2, from, to) === from;
    }
    if (this.permits !== from) return false;
    this.permits = to;
    return true;
  }

  /** Changes how permits are given, until it is changed again or nobody waits any more. */
  get mode(): number {
    return Atomics.load(p.words, (this.addr + S_RULE) >> 2);
  }

  set mode(rule: number) {
    Atomics.store(p.words, (this.addr + S_RULE) >> 2, rule);
  }

  /** Whether anybody waits. There is a record. */
  get waited(): boolean {
    return Atomics.load(p.words, (this.addr + S_STATE) >> 2) < 0;
  }

  /** Somebody is about to wait: there must be a record. */
  hold(): void {
    if (this.addr === 0) this.record();
    this.waiting++;
  }

  /** He waits no more, and stands in no list. */
  letGo(): void {
    if (--this.waiting > 0 || this.shared) return;
    this.permits = this.free;
    free(this.addr);
    this.addr = 0;
  }

  private record(): void {
    const addr = alloc(S_SIZE);
    reach(addr);
    const { words } = p;
    words[(addr + LOCK) >> 2] = 0;
    words[(addr + S_STATE) >> 2] = this.permits;
    words[(addr + S_REFS) >> 2] = 1;
    words[(addr + S_RULE) >> 2] = this.rule;
    words[(addr + S_WAITQ + Q_FIRST) >> 2] = 0;
    words[(addr + S_WAITQ + Q_LAST) >> 2] = 0;
    this.addr = addr;
  }

  /** For a message: the address, with a reference that the message owns. `handle` is what the program has of it. */
  give(handle: object): number {
    if (!this.shared) {
      if (this.addr === 0) this.record();
      this.shared = true;
      publish(this.addr, handle, this);
    }
    Atomics.add(p.words, (this.addr + S_REFS) >> 2, 1);
    return this.addr;
  }

  /** Lets it stand for a record that has arrived, and takes over the reference of the message. */
  adopt(addr: number, handle: object): void {
    reach(addr);
    this.addr = addr;
    this.shared = true;
    publish(addr, handle, this);
  }
}
