/** Sizes at the limits of the real heap. */
import { buffer } from 'goroutines';
import { expect, test } from 'vitest';

test.each([2 ** 30 - 7, 2 ** 31, 2 ** 32 + 16, 2 ** 53])(
  'a buffer of %s bytes is out of memory, and nobody else is harmed',
  (n) => {
    using other = buffer(16);
    other.bytes.fill(7);
    expect(() => buffer(n)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_MEMORY' }));
    expect([...other.bytes]).toEqual(new Array(16).fill(7));
  },
);
