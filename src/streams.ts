/** Bridges between channels and the iterables and streams of the host. */
import { chan } from './chan.ts';
import type { Chan, RecvChan } from './chantypes.ts';
import { mistake } from './errors.ts';
import { checkBody, type Go, goFrom } from './goroutine.ts';
import { isThenable } from './runtime/kinds.ts';
import { select } from './select.ts';
import { wait } from './wait.ts';

/** What values are taken from: an iterator, or the reader of a stream. */
interface Source<T> {
  next(): Step<T> | PromiseLike<Step<T>>;
  /** No more values are wanted. */
  close(): unknown;
  /** Promises among the values are waited for. */
  readonly unwraps: boolean;
}

interface Step<T> {
  readonly done?: boolean | undefined;
  readonly value?: T | PromiseLike<T>;
}

type AnyIterable<T> = Iterable<T> | AsyncIterable<T>;

/**
 * A channel with the values of an iterable, closed after the last. A goroutine takes them as they are received, so a
 * slow receiver holds the source back. If the iterable throws, so does that goroutine: the program panics. If the
 * program ends before the iterable does, the iterable is closed, as `break` in a loop over it would.
 *
 * @param capacity of the channel: how many values are taken ahead.
 * @throws TypeError unless `source` is iterable.
 * @example
 * yield* fromIterable(readline.createInterface(input)).each((line) => console.log(line));
 */
export function fromIterable<T>(source: AnyIterable<T>, capacity = 0): RecvChan<T> {
  const it = source as Partial<Iterable<T> & AsyncIterable<T>> | null | undefined;
  if (typeof it?.[Symbol.asyncIterator] !== 'function' && typeof it?.[Symbol.iterator] !== 'function') {
    throw mistake('fromIterable', 'an iterable', source);
  }
  const ch = chan<T>(capacity);
  begin(fromIterable, iterate(source), ch);
  return ch;
}

function iterate<T>(source: AnyIterable<T>): Source<T> {
  const sync = typeof (source as AsyncIterable<T>)[Symbol.asyncIterator] !== 'function';
  let it: Iterator<T> | AsyncIterator<T> | undefined;
  return {
    next: () =>
      (it ??= sync
        ? (source as Iterable<T>)[Symbol.iterator]()
        : (source as AsyncIterable<T>)[Symbol.asyncIterator]()).next(),
    close: () => it?.return?.(),
    unwraps: sync, // as `for await` does
  };
}

/**
 * A channel with the chunks of a web stream, closed at its end. If the stream fails, the program panics with its error.
 * If the program ends before the stream does, the stream is cancelled.
 *
 * @param capacity of the channel: how many chunks are read ahead.
 * @throws TypeError unless `stream` is a ReadableStream, and if it is locked.
 * @example
 * const chunks = fromStream(response.body);
 */
export function fromStream<T>(stream: ReadableStream<T>, capacity = 0): RecvChan<T> {
  if (typeof (stream as Partial<ReadableStream<T>> | null | undefined)?.getReader !== 'function') {
    throw mistake('fromStream', 'a ReadableStream', stream);
  }
  const ch = chan<T>(capacity);
  const reader = stream.getReader();
  begin(fromStream, { next: () => reader.read(), close: () => reader.cancel(), unwraps: false }, ch);
  return ch;
}

/** Starts the goroutine, and goes into its `try`: it cleans up even if it never has a turn. */
function begin<T>(below: (...args: never[]) => unknown, source: Source<T>, ch: Chan<T>): void {
  goFrom(below, pump, [source, ch]).gen?.next();
}

function* pump<T>(source: Source<T>, ch: Chan<T>): Go {
  let open = true;
  try {
    yield undefined as never; // so far goes `begin`
    for (;;) {
      const step = yield* taken(source, () => (open = false));
      if (step.done) break;
      const value = step.value as T;
      yield* ch.send(source.unwraps && isThenable(value) ? ((yield* wait(value)) as T) : value);
    }
  } finally {
    if (open) void leave(source);
  }
  ch.close();
}

/** One step. `over` is called if it was the last, or failed. */
function* taken<T>(source: Source<T>, over: () => void): Go<Step<T>> {
  try {
    const next = source.next();
    const step = isThenable(next) ? yield* wait(next) : next;
    if (step.done) over();
    return step;
  } catch (error) {
    over();
    throw error;
  }
}

/** What it throws has nowhere to go: nobody is there any more, or another error is on its way. */
async function leave(source: Source<unknown>): Promise<void> {
  try {
    await source.close();
  } catch {
    // See above.
  }
}

/**
 * A web stream with the values of a channel, which ends when the channel is closed. A value is received only when the
 * stream asks for one. To write into a WritableStream, pipe it: `toStream(ch).pipeTo(writable)`.
 *
 * When the stream is cancelled, nothing is received any more, and whoever sends on `ch` waits, as in Go when a reader goes
 * away. `onCancel` is where to tell them.
 *
 * @param onCancel runs as a goroutine when the stream is cancelled; it is given the reason.
 * @throws TypeError unless `ch` is a channel.
 * @example
 * return new Response(toStream(chunks, () => quit.close()));
 */
export function toStream<T>(ch: RecvChan<T>, onCancel?: (reason: unknown) => unknown): ReadableStream<T> {
  if (typeof (ch as Partial<RecvChan<T>> | null | undefined)?.next !== 'function') {
    throw mistake('toStream', 'a channel', ch);
  }
  if (onCancel !== undefined) checkBody('toStream', onCancel);
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
      cancel(reason) {
        cancelled.close();
        if (onCancel !== undefined) goFrom(toStream, onCancel, [reason]);
      },
    },
    { highWaterMark: 0 },
  );
}
