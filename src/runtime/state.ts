/** Numbers of the hot path, in a file of their own so that the bundler can put them in place. */

// The life of an operation.

/** Used, or not armed yet: may not be used. */
export const IDLE = 0;
/** Made, not used yet. */
export const ARMED = 1;
/** Parked. */
export const BUSY = 2;
/** Belongs to a select or to `map`, which alone may use it. */
export const ADOPTED = 3;
/** Completed, but its goroutine had to give way first; the value waits in the goroutine. */
export const KEPT = 4;

// Whether an operation could complete at once.
export const NO = 0;
export const YES = 1;
/** It is for the core to say. */
export const UNKNOWN = 2;

// Whether an operation may be a case of a select: NO, YES, or
/** Yes, and what it sends must be encoded first, which may run code of the program. */
export const ENCODES = 2;

/**
 * Of the operations that complete in a buffer, those at every 16th slot count against the budget: the counter is in
 * memory, and a fifth of such an operation would be spent on it. The bits of the slot that are 0 then.
 */
export const COUNTED = 15;
