/**
 * Contexts that can be cancelled: a tree, in which the end of one is the end of all below it, at once.
 *
 * Whether a context is over is found out in two ways. Whoever asks looks up along the tree (`poll`): at the clock, at
 * what other threads have done, at the signals. And whoever waits is told from above: that needs links downward and a
 * timer, which exist only while somebody would notice (`attach`). A context that nobody waits on is an object and
 * nothing else, so making one and dropping it leaves no trace, whether it was cancelled or not.
 *
 * I1: `error` is set once, and never before `chan` is closed and everything below is over, as far as anybody can see.
 * I2: an attached node is in `children` of the node above, which is attached at least as firmly.
 * I3: the first cancellation counts, by the time of the clock: a deadline that passed before the node above was
 *     cancelled comes first, even if its timer comes later.
 */
import { LocalChan } from '../chan.ts';
import type { RecvChan } from '../chantypes.ts';
import type { Program } from '../goroutine.ts';
import { currentOwner } from '../runtime/async.ts';
import { clock, p } from '../runtime/processor.ts';
import { DeadlineAlarm } from './alarm.ts';
import { Children } from './children.ts';
import { Ctx, NODE } from './ctx.ts';
import { Canceled, DeadlineExceeded } from './errors.ts';
import { publish } from './record.ts';

/** How firmly a node is held by the one above. */
const DETACHED = 0;
/** For the sake of its channel: as long as somebody has that. */
const WEAK = 1;
/** Something is to be done when it is over. */
const STRONG = 2;

/** The channel of all that were over before anybody asked. */
let closed: LocalChan<never> | undefined;

function closedChan(): LocalChan<never> {
  if (closed === undefined) {
    closed = new LocalChan<never>(0);
    closed.close();
  }
  return closed;
}

/** Is told once that a context is over. */
export interface Listener {
  call(): void;
}

export class Node extends Ctx {
  /** The nearest above it that can be cancelled. */
  readonly up: Node | undefined;
  /** Why it is over. */
  error: Error | undefined = undefined;
  /** The same in the words of whoever ended it. */
  reason: unknown = undefined;
  /** When it was over, by the clock of this thread. */
  private at = 0;
  /** Its deadline by that clock, if it is earlier than those above. */
  when = Infinity;
  /** The cause if that passes. */
  late: unknown = undefined;
  private epoch: number | undefined = undefined;
  private program: Program | undefined = undefined;
  private alarm: DeadlineAlarm | undefined = undefined;
  private token: object | undefined = undefined;

  private chan: LocalChan<never> | undefined = undefined;
  private controller: AbortController | undefined = undefined;
  private children: Children | undefined = undefined;
  private listeners: Set<Listener> | undefined = undefined;
  private attached = DETACHED;
  private link: WeakRef<Node> | undefined = undefined;
  /** What other threads know it by, see record.ts. */
  record = 0;
  /** Made outside any goroutine, or below such a one: host code may cancel it. */
  readonly outside: boolean;

  constructor(parent: Ctx) {
    super(parent, NODE);
    this.up = parent.node;
    this.outside = currentOwner() === null || (this.up?.outside ?? false);
  }

  override get node(): Node {
    return this;
  }

  override get own(): Node {
    return this;
  }

  /** It has come with a deadline from another thread; one that was made here knows it. */
  expireThere(_when: number, _epoch: number | undefined, _late: unknown): void {}

  /** Gives it a deadline: by the clock of this thread, and in milliseconds since 1970. Right after it was made. */
  expireAt(when: number, epoch: number | undefined, late: unknown, program: Program | undefined): void {
    this.when = when;
    this.epoch = epoch;
    this.late = late;
    this.program = program;
  }

  protected override deadlineHere(): number | undefined {
    return this.epoch;
  }

  override err(): Error | undefined {
    if (this.error === undefined) this.poll();
    return this.error;
  }

  /** Looks whether it is over. */
  poll(): boolean {
    if (this.error !== undefined) return true;
    if (!anyOver(this)) return false;
    for (const node of lastingFrom(this)) node.judge();
    return (this.error as Error | undefined) !== undefined;
  }

  /** Ends it if it has to be. What is above has been judged. */
  private judge(): void {
    if (this.error !== undefined) return; // it was told
    const { up } = this;
    if (up?.error !== undefined) this.finish(up.error, up.reason, up.at);
    else if (this.when <= clock()) this.finish(DeadlineExceeded, this.late, this.when);
    else if (this.isOver()) this.look();
  }

  /** Whether something else than those above and the clock has ended it. */
  isOver(): boolean {
    return false;
  }

  /** Ends it for that. */
  protected look(): void {}

  /** Somebody would notice from now on: asks to be told. */
  protected listen(): void {}

  /** Nobody would notice any more. */
  protected unlisten(): void {}

  /** Ends it, unless it is over. */
  cancel(reason: unknown): void {
    if (!this.poll()) this.finish(Canceled, reason, clock());
  }

  /** Ends it and all below, and then runs what belongs to the program. */
  protected finish(error: Error, reason: unknown, at: number): void {
    const over: Node[] = [];
    this.end(error, reason, at, over);
    for (let i = 0; i < over.length; i++) (over[i] as Node).endChildren(over); // it grows meanwhile
    for (const node of over) node.callListeners();
    const signals = over.filter((node) => node.controller !== undefined);
    if (signals.length > 0) apart(() => signals.forEach((node) => node.controller?.abort(node.reason)));
  }

  private end(error: Error, reason: unknown, at: number, over: Node[]): void {
    if (this.error !== undefined) return;
    if (this.when <= at) [error, reason, at] = [DeadlineExceeded, this.late, this.when];
    if (this.record !== 0) [error, reason] = publish(this.record, error, reason);
    this.error = error;
    this.reason = reason;
    this.at = at;
    over.push(this);
    this.detach();
    this.up?.relax();
    this.chan?.close();
  }

  private endChildren(over: Node[]): void {
    const { children } = this;
    this.children = undefined;
    children?.each((child) => child.end(this.error as Error, this.reason, this.at, over));
  }

  private callListeners(): void {
    const { listeners } = this;
    this.listeners = undefined;
    listeners?.forEach((listener) => listener.call());
  }

  override done(): RecvChan<never> {
    if (this.chan !== undefined) return this.chan;
    if (this.poll()) return (this.chan = closedChan());
    const chan = new LocalChan<never>(0);
    (chan as { outside: boolean }).outside = this.outside;
    // Whoever has the channel has its context. An unbuffered channel uses no slot, so there is room for it.
    (chan.slots as unknown[])[0] = this;
    this.chan = chan;
    this.attach(WEAK);
    return chan;
  }

  override get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.poll()) this.controller.abort(this.reason);
      else this.attach(STRONG);
    }
    return this.controller.signal;
  }

  /** Something is to be done when it is over: it is not over yet. */
  addListener(listener: Listener): void {
    (this.listeners ??= new Set()).add(listener);
    this.attach(STRONG);
  }

  /** Whether it was still to be called. */
  removeListener(listener: Listener): boolean {
    const had = this.listeners?.delete(listener) ?? false;
    if (had) this.relax();
    return had;
  }

  /** Other threads may wait for its end from now on. */
  hold(): void {
    this.attach(STRONG);
  }

  /** From now on it is told when something above ends. It is not over, as far as was looked. */
  private attach(level: number): void {
    let node = this.attachHere(level);
    while (node !== undefined) node = node.attachHere(level);
  }

  /** Answers what must be attached, too. */
  private attachHere(level: number): Node | undefined {
    const before = this.attached;
    if (before >= level || this.error !== undefined) return undefined;
    this.attached = level;
    const { up } = this;
    if (up !== undefined) {
      const above = (up.children ??= new Children());
      if (level === STRONG) {
        above.addStrong(this);
        if (this.link !== undefined) above.deleteWeak(this.link);
      } else above.addWeak((this.link ??= new WeakRef<Node>(this)));
    }
    if (before === DETACHED) this.setAlarm();
    if (this.alarm !== undefined) this.alarm.held = level === STRONG ? this : undefined;
    if (before === DETACHED) this.listen();
    return up;
  }

  private setAlarm(): void {
    const { program } = this;
    if (this.when === Infinity || program === undefined || program.over) return;
    this.token = {};
    this.alarm = new DeadlineAlarm((this.link ??= new WeakRef<Node>(this)), this.when, program, this.token);
  }

  private detach(): void {
    if (this.attached === DETACHED) return;
    this.attached = DETACHED;
    this.alarm?.stop();
    this.alarm = undefined;
    this.unlisten();
    const above = this.up?.children;
    above?.deleteStrong(this);
    if (this.link !== undefined) above?.deleteWeak(this.link);
  }

  /** Something that it was held for is gone. */
  private relax(): void {
    let node = this.relaxHere();
    while (node !== undefined) node = node.relaxHere();
  }

  /** Answers what may be held for less, too. */
  private relaxHere(): Node | undefined {
    if (this.attached === DETACHED || this.error !== undefined) return undefined;
    const { children, listeners, up } = this;
    if (children?.hasStrong || (listeners !== undefined && listeners.size > 0)) return undefined;
    if (this.controller !== undefined || this.record !== 0) return undefined;
    if (this.chan === undefined && (children === undefined || children.empty)) {
      this.detach();
      return up;
    }
    if (this.attached === WEAK) return undefined;
    this.attached = WEAK;
    if (this.alarm !== undefined) this.alarm.held = undefined;
    up?.children?.deleteStrong(this);
    up?.children?.addWeak((this.link ??= new WeakRef<Node>(this)));
    return up;
  }

  protected get above(): string {
    return (this.parent as Ctx).toString();
  }

  toString(): string {
    if (this.when === Infinity) return `${this.above}.WithCancel`;
    const left = Math.round(this.when - clock()) / 1000;
    return `${this.above}.WithDeadline(${new Date(this.epoch as number).toISOString()} [${left}s])`;
  }
}

/** Its deadline, or of the nearest above that has one: then no other is earlier. */
export function limitOf(from: Node): Node | undefined {
  let node: Node | undefined = from;
  while (node !== undefined && node.when === Infinity) node = node.up;
  return node;
}

/** Whether anything from here upward is over, though nobody here may know yet. */
function anyOver(from: Node): boolean {
  let now = 0;
  for (let node: Node | undefined = from; node !== undefined; node = node.up) {
    if (node.error !== undefined || node.isOver()) return true;
    if (node.when !== Infinity && node.when <= (now ||= clock())) return true;
  }
  return false;
}

/** Those that are not known to be over, from above down to this one. */
function lastingFrom(from: Node): Node[] {
  const path: Node[] = [];
  for (let node: Node | undefined = from; node !== undefined; node = node.up) {
    if (node.error !== undefined) break;
    path.push(node);
  }
  return path.reverse();
}

/** Runs code of the program: this may be in the middle of an operation of some goroutine, which has nothing to do with it. */
function apart(f: () => void): void {
  const { self, addr, async } = p;
  p.self = null;
  p.addr = 0;
  p.async = null;
  f();
  p.self = self;
  p.addr = addr;
  p.async = async;
}
