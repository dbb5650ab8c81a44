/** What a goroutine leaves behind when its program ends: values, buffers, locks. And what it may do until then. */
import {
  buffer,
  chan,
  go,
  gosched,
  i32,
  Mutex,
  type Op,
  run,
  select,
  string,
  trySelect,
  value,
} from 'goroutines';
import { Cond, RWMutex } from 'goroutines/sync';
import { describe, expect, test } from 'vitest';
import { hostTurn, rejection, thrownBy } from './support.ts';

type Text = ReturnType<typeof chan<string>>;

describe('a close wakes it, and it is ended before its turn', () => {
  const receivers: [string, (ch: Text) => Op<unknown>][] = [
    ['recv', (ch) => ch.recv()],
    ['next', (ch) => ch.next()],
    ['recvMany', (ch) => ch.recvMany(4)],
    ['map', (ch) => ch.recv().map((v) => v)],
    ['select', (ch) => select([ch.recv(), chan(string).recv()])],
  ];

  test.each(receivers)('%s: what it received before is not freed once more', async (_, receive) => {
    const keep = chan(string, 8);
    await run(function* () {
      const ch = chan(string);
      go(function* () {
        for (;;) yield* receive(ch);
      });
      yield* gosched();
      yield* ch.send('hello');
      yield* gosched();
      keep.trySend('first!'); // has the block that 'hello' had
      ch.close();
    });
    keep.trySend('second');
    expect([keep.tryRecv()?.value, keep.tryRecv()?.value]).toEqual(['first!', 'second']);
  });

  test.each(['send', 'sendMany', 'select'])('%s: the buffer was not sent', async (how) => {
    const b = buffer(64);
    await run(function* () {
      const ch = chan(buffer);
      go(function* () {
        if (how === 'send') yield* ch.send(b);
        else if (how === 'sendMany') yield* ch.sendMany([b]);
        else yield* select([ch.send(b)]);
      });
      yield* gosched();
      expect(b.byteLength).toBe(0);
      ch.close();
    });
    expect(b.byteLength).toBe(64);
  });
});
