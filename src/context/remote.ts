/** Contexts that have come from another thread, or went to one: one object for each in a thread. */
import { R_PARKED, TAG } from '../../assembly/layout.ts';
import { currentProgram } from '../goroutine.ts';
import { waiterRecord } from '../runtime/async.ts';
import { exit, schanRecv } from '../runtime/core.ts';
import { clearOwner, clock, p, setOwner, type Waiter } from '../runtime/processor.ts';
import { BACKGROUND, type Ctx } from './ctx.ts';
import { Canceled } from './errors.ts';
import { Node } from './node.ts';
import { chanOfRecord, isOver, newRecord, parentOfRecord, publish, release, retain } from './record.ts';

/** Waits for the end of a context whose node it does not hold. */
class Watch implements Waiter {
  readonly gen = null;
  readonly op = null;
  value: unknown = undefined;
  addr = 0;

  constructor(private readonly node: WeakRef<Node>) {}

  /** False if it is over. */
  start(chan: number): boolean {
    this.addr = waiterRecord();
    setOwner(this.addr, this);
    if ((schanRecv(chan, this.addr) & TAG) === R_PARKED) return true;
    this.stop();
    return false;
  }

  wake(): void {
    this.stop();
    this.node.deref()?.poll();
  }

  stop(): void {
    const { addr } = this;
    if (addr === 0) return;
    this.addr = 0;
    clearOwner(addr);
    exit(addr);
  }
}

interface Held {
  readonly record: number;
  readonly watch: Watch | undefined;
}

/** The nodes of this thread by their records. */
const nodes = new Map<number, WeakRef<Node>>();
const dropped = new FinalizationRegistry<Held>(({ record, watch }) => {
  // One that arrived since has a handle of its own.
  if (nodes.get(record)?.deref() === undefined) nodes.delete(record);
  watch?.stop();
  release(record);
});

function register(node: Node, record: number, watch: Watch | undefined): void {
  nodes.set(record, new WeakRef(node));
  dropped.register(node, { record, watch });
}

/** A context that was made in another thread. */
export class RemoteNode extends Node {
  private readonly watch = new Watch(new WeakRef<Node>(this));

  /** Takes over a reference. */
  constructor(parent: Ctx, record: number) {
    super(parent);
    this.record = record;
    register(this, record, this.watch);
  }

  override expireThere(when: number, epoch: number | undefined, late: unknown): void {
    if (this.when === Infinity) this.expireAt(when, epoch, late, p.ending ? undefined : currentProgram());
  }

  override isOver(): boolean {
    return isOver(this.record);
  }

  protected override look(): void {
    this.finish(Canceled, Canceled, clock()); // whatever it was, the record knows
  }

  protected override listen(): void {
    if (!this.watch.start(chanOfRecord(this.record))) this.poll();
  }

  protected override unlisten(): void {
    this.watch.stop();
  }

  override toString(): string {
    return 'context.Shared';
  }
}

/** The record of a node, which has one from now on, with a reference for whoever asks. */
export function recordOf(node: Node): number {
  if (node.record === 0) {
    const over = node.poll();
    const above = fromElsewhere(node);
    node.record = newRecord(above === undefined ? 0 : retain(above.record));
    register(node, node.record, undefined);
    if (over) publish(node.record, node.error as Error, node.reason);
    else node.hold();
  }
  return retain(node.record);
}

/** The nearest above it that was made in another thread: those in between end with it. */
function fromElsewhere(node: Node): Node | undefined {
  let above = node.up;
  while (above !== undefined && !(above instanceof RemoteNode)) above = above.up;
  return above;
}

/** The node of a record in this thread; takes over a reference. */
export function nodeOf(record: number): Node {
  const known = nodes.get(record)?.deref();
  if (known !== undefined) {
    release(record); // it has one already
    return known;
  }
  const parent = parentOfRecord(record);
  return new RemoteNode(parent === 0 ? BACKGROUND : nodeOf(retain(parent)), record);
}
