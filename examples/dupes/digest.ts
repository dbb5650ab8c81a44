import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { defer, type Go, gosched, type RecvChan } from 'goroutines';

/** What is known of a file once it was read. */
export interface Digest {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  /** The thread that hashed it; 0 is the main thread. */
  readonly thread: number;
}

/**
 * Hashes a file piece by piece through `buffer`, so its size does not matter. It ends where the file ended when it was
 * opened: one that grows could keep it busy for ever, and so could files of /proc, which are empty by their size.
 *
 * Answers undefined if it was given up because `quit` was closed. Throws if there is no regular file any more: a pipe that
 * has taken its place must not be waited for, hence O_NONBLOCK, which Windows has not.
 *
 * It reads synchronously: on a processor of its own that holds up nobody who waits for the host, and small files take a
 * quarter of the time that they take with promises.
 */
export function* digest(
  path: string,
  buffer: Uint8Array,
  quit: Pick<RecvChan<never>, 'closed'>,
): Go<Digest | undefined> {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  using _ = defer(() => closeSync(file));
  const stat = fstatSync(file);
  if (!stat.isFile()) throw new Error(`not a regular file: ${path}`);
  const hash = createHash('sha256');
  for (let size = 0; !quit.closed; yield* gosched()) {
    const bytes = readSync(file, buffer, 0, Math.min(buffer.length, stat.size - size), null);
    if (bytes === 0) return { path, size, sha256: hash.digest('hex'), thread: threadId };
    hash.update(buffer.subarray(0, bytes));
    size += bytes;
  }
  return undefined;
}
