import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { RecvChan } from 'goroutines';

/** What is known of a file once it was read. */
export interface Digest {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/**
 * Hashes a file piece by piece through `buffer`, so its size does not matter. Answers undefined if it was given up
 * because `quit` was closed.
 */
export async function digest(
  path: string,
  buffer: Uint8Array,
  quit: RecvChan<never>,
): Promise<Digest | undefined> {
  await using file = await open(path);
  const hash = createHash('sha256');
  for (let size = 0; !quit.closed;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length);
    if (bytesRead === 0) return { path, size, sha256: hash.digest('hex') };
    hash.update(buffer.subarray(0, bytesRead));
    size += bytesRead;
  }
  return undefined;
}
