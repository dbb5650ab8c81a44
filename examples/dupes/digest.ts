import { createHash } from 'node:crypto';
import { constants, open } from 'node:fs/promises';
import type { RecvChan } from 'goroutines';

/** What is known of a file once it was read. */
export interface Digest {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/**
 * Hashes a file piece by piece through `buffer`, so its size does not matter. It ends where the file ended when it was
 * opened: one that grows could keep it busy for ever, and so could files of /proc, which are empty by their size.
 *
 * Answers undefined if it was given up because `quit` was closed. Throws if there is no regular file any more: a pipe that
 * has taken its place must not be waited for, hence O_NONBLOCK, which Windows has not.
 */
export async function digest(
  path: string,
  buffer: Uint8Array,
  quit: Pick<RecvChan<never>, 'closed'>,
): Promise<Digest | undefined> {
  await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  const stat = await file.stat();
  if (!stat.isFile()) throw new Error(`not a regular file: ${path}`);
  const hash = createHash('sha256');
  for (let size = 0; !quit.closed;) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, stat.size - size));
    if (bytesRead === 0) return { path, size, sha256: hash.digest('hex') };
    hash.update(buffer.subarray(0, bytesRead));
    size += bytesRead;
  }
  return undefined;
}
