/** Bridges between channels and the iterables and streams of the host. */
import { chan } from './chan.ts';
import type { Chan, RecvChan } from './chantypes.ts';
import { mistake } from './errors.ts';
import { goFrom } from './goroutine.ts';
import { select } from './select.ts';

/**
 * A channel with the values of an iterable, closed after the last. A goroutine takes them as they are received, so a
 * slow receiver holds the source back. If the iterable throws, so does that goroutine: the program panics.
 *
 * @param capacity of the channel: how many values are taken ahead.
 * @throws TypeError unless `source` is iterable.
 * @example
 * yield* fromIterable(readline.createInterface(input)).each((line) => console.log(line));
 */
export function fromIterable<T>(source: Iterable<T> | AsyncIterable<T>, capacity = 0): RecvChan<T> {
  const it = source as Partial<Iterable<T> & AsyncIterable<T>> | null | undefined;
  if (typeof it?.[Symbol.asyncIterator] !== 'function' && typeof it?.[Symbol.iterator] !== 'function') {
    throw mistake('fromIterable', 'an iterable', source);
  }
  const ch = chan<T>(capacity);
  goFrom(fromIterable, pump, [source, ch]);
  return ch;
}

async function pump<T>(source: Iterable<T> | AsyncIterable<T>, ch: Chan<T>): Promise<void> {
  for await (const value of source) await ch.send(value);
  ch.close();
}

/**
 * A channel with the chunks of a web stream, closed at its end. If the stream fails, the program panics with its error.
 *
 * @param capacity of the channel: how many chunks are read ahead.
 * @throws TypeError unless `stream` is a ReadableStream.
 * @example
 * const chunks = fromStream(response.body);
 */
export function fromStream<T>(stream: ReadableStream<T>, capacity = 0): RecvChan<T> {
  if (typeof (stream as Partial<ReadableStream<T>> | null | undefined)?.getReader !== 'function') {
    throw mistake('fromStream', 'a ReadableStream', stream);
  }
  const ch = chan<T>(capacity);
  goFrom(fromStream, read, [stream.getReader(), ch]);
  return ch;
}

async function read<T>(reader: ReadableStreamDefaultReader<T>, ch: Chan<T>): Promise<void> {
  for (;;) {
    const step = await reader.read();
    if (step.done) break;
    await ch.send(step.value);
  }
  ch.close();
}

/**
 * A web stream with the values of a channel, which ends when the channel is closed. A value is received only when the
 * stream asks for one. To write into a WritableStream, pipe it: `toStream(ch).pipeTo(writable)`.
 *
 * @throws TypeError unless `ch` is a channel.
 * @example
 * return new Response(toStream(chunks));
 */
export function toStream<T>(ch: RecvChan<T>): ReadableStream<T> {
  if (typeof (ch as Partial<RecvChan<T>> | null | undefined)?.next !== 'function') {
    throw mistake('toStream', 'a channel', ch);
  }
  const cancelled = chan<never>();
  return new ReadableStream<T>(
    {
      async pull(controller) {
        // A read that is cancelled must not take a value.
        const s = await select({ step: ch.next(), cancelled: cancelled.recv() });
        if (s.key === 'cancelled') return;
        if (s.value.done) controller.close();
        else controller.enqueue(s.value.value);
      },
      cancel() {
        cancelled.close();
      },
    },
    { highWaterMark: 0 },
  );
}
