/** Package context. */
import { type Go, gosched } from 'goroutines';
import { background, type Context, withCancel, withTimeout, withValue } from 'goroutines/context';
import type { Batch } from '../bench.ts';

function chain(root: Context, depth: number): Context {
  let ctx = root;
  for (let d = 0; d < depth; d++) [ctx] = withCancel(ctx);
  return ctx;
}

/** One op: a chain of so many contexts below one that is then cancelled; the last of them must know. */
export function cancelTree(depth: number) {
  return function* ({ n }: Batch): Go<number> {
    let over = 0;
    for (let i = 0; i < n; i++) {
      const [root, cancel] = withCancel(background());
      const last = chain(root, depth);
      cancel();
      if (last.err() !== undefined) over++;
    }
    return over;
  };
}

/** One op: a chain of a hundred contexts, each with its channel, and the end of the first. */
export function* cancelTreeDone({ n }: Batch): Go<number> {
  let over = 0;
  for (let i = 0; i < n; i++) {
    const [root, cancel] = withCancel(background());
    let ctx = root;
    for (let d = 0; d < 100; d++) {
      [ctx] = withCancel(ctx);
      ctx.done();
    }
    cancel();
    if (ctx.done().closed) over++;
    // V8 keeps the target of a weak reference until the host has a turn: a loop that never waits would pile them up.
    yield* gosched();
  }
  return over;
}

/** One op: a child of one parent, a look for a value above, and its end. */
export function* commonParentCancel({ n }: Batch): Go<number> {
  const [shared, stop] = withCancel(withValue(background(), 'key', 'value'));
  let found = 0;
  for (let i = 0; i < n; i++) {
    const [ctx, cancel] = withCancel(shared);
    if (ctx.value('key') === 'value') found++;
    cancel();
  }
  stop();
  return found;
}

/** One op: ten contexts with a timeout, and the end of all, while forty others last. */
export function* timeouts({ n }: Batch): Go<number> {
  const others = Array.from({ length: 40 }, () => withTimeout(background(), 3_600_000));
  const cancels: (() => void)[] = new Array<() => void>(10).fill(() => undefined);
  let made = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < 10; j++) cancels[j] = withTimeout(background(), 3_600_000)[1];
    for (const cancel of cancels) cancel();
    made++;
  }
  for (const [, cancel] of others) cancel();
  return made;
}

/** One op: `err()` of a context that lasts. */
export function* errOK({ n }: Batch): Go<number> {
  const [ctx, cancel] = withCancel(background());
  let lasting = 0;
  for (let i = 0; i < n; i++) if (ctx.err() === undefined) lasting++;
  cancel();
  return lasting;
}

/** One op: a look at the channel of a context that lasts. */
export function* cancelDone({ n }: Batch): Go<number> {
  const [ctx, cancel] = withCancel(background());
  let lasting = 0;
  for (let i = 0; i < n; i++) if (ctx.done().tryRecv() === undefined) lasting++;
  cancel();
  return lasting;
}
