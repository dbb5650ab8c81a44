import { checkBody, currentProgram, type Program, start } from '../goroutine.ts';
import { host } from '../host/index.ts';
import { type Trace, trace } from '../runtime/site.ts';
import { contextOf } from './foreign.ts';
import type { Listener } from './node.ts';
import type { ContextLike } from './types.ts';

/** A function that is to be called at the end of a context. */
class Call implements Listener {
  constructor(
    private readonly f: () => unknown,
    private readonly program: Program,
    private readonly made: Trace | undefined,
  ) {}

  /** In a goroutine of its own. */
  call(): void {
    if (this.program.over) return;
    try {
      start(this.program, this.f, [], this.made);
    } catch (error) {
      host.uncaught(error); // out of memory: nobody is there to catch it
    }
  }
}

/**
 * Calls `f` in a goroutine of its own when the context is over; at once if it is already. Belongs to the program that
 * calls it: at the end of that `f` is called no more.
 *
 * Source: Go's `context.AfterFunc`.
 *
 * @returns a function that takes it back: true if that kept `f` from being called. It does not wait for `f`.
 * @throws Panic `cannot create context from nil parent`.
 * @throws TypeError unless `ctx` is a context and `f` a function.
 * @example
 * const stop = afterFunc(ctx, () => socket.destroy());
 * yield* wait(send(socket));
 * stop();
 */
export function afterFunc(ctx: ContextLike, f: () => unknown): () => boolean {
  const { node } = contextOf('afterFunc', ctx);
  checkBody('afterFunc', f);
  const listener = new Call(f, currentProgram(), trace(afterFunc));
  if (node === undefined) return once();
  if (node.poll()) listener.call();
  else node.addListener(listener);
  return () => node.removeListener(listener);
}

/** Taking back what would never have happened succeeds, once. */
function once(): () => boolean {
  let first = true;
  return () => {
    const was = first;
    first = false;
    return was;
  };
}
