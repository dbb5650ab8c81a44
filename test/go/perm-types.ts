/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-argument, @typescript-eslint/await-thenable --
   what does not compile has no type */
/**
 * Programs that must not compile: the directions of channels. The comments make the compiler fail where a line is no
 * error; `tsc` checks this file with all others, and the tests of C10, Q13 and perm.go compile it by itself.
 */
import { type Chan, chan, nilChan, type Op, type RecvChan, select, type SendChan } from 'goroutines';

function take<T>(_value: T): void {}

export async function wrong(): Promise<void> {
  const c: Chan<number> = chan<number>();
  const cr: RecvChan<number> = c;
  const cs: SendChan<number> = c;

  // Conversions: only from both directions to one.
  // @ts-expect-error a receive-only channel is no channel
  take<Chan<number>>(cr);
  // @ts-expect-error a send-only channel is no channel
  take<Chan<number>>(cs);
  // @ts-expect-error the directions are not each other
  take<SendChan<number>>(cr);
  // @ts-expect-error the directions are not each other
  take<RecvChan<number>>(cs);

  // Operations in the wrong direction.
  // @ts-expect-error send on a receive-only channel
  await cr.send(0);
  // @ts-expect-error the same without waiting
  cr.trySend(0);
  // @ts-expect-error many at once
  await cr.sendMany([0]);
  // @ts-expect-error close of a receive-only channel
  cr.close();
  // @ts-expect-error receive from a send-only channel
  await cs.recv();
  // @ts-expect-error the same with ok
  await cs.next();
  // @ts-expect-error the same without waiting
  cs.tryRecv();
  // @ts-expect-error many at once
  await cs.recvMany(1);
  // @ts-expect-error range over a send-only channel
  for await (const v of cs) take<number>(v);
  // @ts-expect-error the same in a generator
  cs.each(() => undefined);
  // @ts-expect-error as a case of select
  await select({ v: cs.recv() });
  // @ts-expect-error as a case of select
  await select({ v: cr.send(0) });

  // Wrong values.
  // @ts-expect-error a string is no number
  await c.send('0');
  // @ts-expect-error a channel of wider values does not receive narrower ones only
  take<RecvChan<0>>(cr);
  // @ts-expect-error a number is no channel
  take<Chan<number>>(0);
  // @ts-expect-error a closed channel gives undefined
  take<Op<number>>(c.recv());
}

/** The same directions used rightly compile. */
export function right(): [RecvChan<number>, SendChan<number>, RecvChan<number | string>] {
  const c = chan<number>();
  const wider: RecvChan<number | string> = c;
  const narrower: SendChan<0 | 1> = c;
  narrower.trySend(1);
  const off: RecvChan<number> = nilChan;
  return [off, c, wider];
}
