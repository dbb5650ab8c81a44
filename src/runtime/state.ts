/** The life of an operation. In a file of its own so that the bundler can put the numbers in place. */

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
