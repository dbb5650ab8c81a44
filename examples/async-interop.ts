/** Goroutines among promises, async functions, async iterables and web streams. */
import { setTimeout as delay } from 'node:timers/promises';
import { after, chan, fromIterable, fromStream, go, run, select, toStream, wait } from 'goroutines';
import type { RecvChan, SendChan } from 'goroutines';

/** Stands for fetch: any function that answers a promise will do. */
async function fetchUser(id: number): Promise<string> {
  await delay(id * 10);
  if (id === 3) throw new Error('no user 3');
  return `user ${id}`;
}

/** An async function is a goroutine as well: every operation can be awaited. */
async function produce(out: SendChan<string>): Promise<void> {
  for (const word of ['these', 'came', 'from', 'async']) {
    await delay(1);
    await out.send(word);
  }
  out.close();
}

/** And `for await` reads a channel to its end. */
async function read(input: RecvChan<string>): Promise<string> {
  const words: string[] = [];
  for await (const word of input) words.push(word);
  return words.join(' ');
}

await run(function* main() {
  // A promise is waited for, raced against a timeout, and its failure is thrown here.
  console.log(yield* wait(fetchUser(1)));
  const s = yield* select({ user: wait(fetchUser(60)), late: after(30).recv() });
  console.log(s.key === 'user' ? s.value : 'user 60 is late');
  try {
    yield* wait(fetchUser(3));
  } catch (error) {
    console.log(`failed: ${(error as Error).message}`);
  }

  const words = chan<string>();
  go(produce, words);
  console.log(yield* go(read, words).join());

  // Streams: bytes in, lines of text through a channel, and out again.
  const source = new Blob(['one ', 'two']).stream().pipeThrough(new TextDecoderStream());
  const numbers = fromIterable([1, 2, 3]);
  yield* numbers.each((n) => console.log(n));
  console.log(
    yield* wait(new Response(toStream(fromStream(source)).pipeThrough(new TextEncoderStream())).text()),
  );
});
