/** A thread that the library has started: it is a processor, and runs tasks. */
import { HEADER_MORE } from '../assembly/layout.ts';
import type { Order, Report } from './control.ts';
import { beginTasks } from './begin.ts';
import { watchQuiet } from './deadlock.ts';
import type { PanicInfo } from './errors.ts';
import { type G, setFallback } from './goroutine.ts';
import { host } from './host/index.ts';
import { Base } from './program.ts';
import { allWords } from './runtime/core.ts';
import { dump } from './runtime/dump.ts';
import { kick } from './runtime/loop.ts';
import { enterPart, leavePart } from './runtime/parts.ts';
import { share } from './runtime/rest.ts';
import { encodeError } from './shared/args.ts';
import { setPool } from './standin.ts';

/** The part of a run that is on this thread. */
class Part extends Base {
  private live = 0;

  override started(_g: G<unknown>): void {
    if (this.live++ === 0) enterPart(this.run);
  }

  override ended(g: G<unknown>, threw: boolean): void {
    super.ended(g, threw);
    if (--this.live === 0) leavePart(this.run);
  }

  panic({ error, goroutine }: PanicInfo): void {
    report({ type: 'panic', run: this.run, error: encodeError(error), goroutine });
  }

  end(): void {
    this.over = true;
    parts.delete(this.run);
    this.cutAll();
    if (this.live > 0) leavePart(this.run);
    this.live = 0;
    kick();
  }
}

const parts = new Map<number, Part>();

function partOf(run: number): Part {
  let part = parts.get(run);
  if (part === undefined) {
    part = new Part(run);
    parts.set(run, part);
  }
  return part;
}

const parent = host.parent();

function report(message: Report): void {
  parent?.post(message);
}

function obey(order: Order): void {
  if (order.type === 'end') {
    const part = parts.get(order.run);
    if (part === undefined) return;
    part.end();
    report({ type: 'ended', run: order.run });
  } else report({ type: 'listing', id: order.id, goroutines: dump() });
}

if (parent !== undefined) {
  setFallback(partOf(0));
  setPool({
    provide() {
      // Not a message for every task: only while there could be more processors.
      if (Atomics.exchange(allWords(), HEADER_MORE >> 2, 0) === 1) report({ type: 'work' });
    },
    pending: () => undefined,
    whyLost: () => ({ why: 'its thread has ended' }),
  });
  beginTasks(partOf);
  parent.onMessage((message) => obey(message as Order));
  share();
  watchQuiet();
  report({ type: 'ready' });
  kick();
}
