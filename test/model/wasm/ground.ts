// Where things are in the memory of an exploration: the core's own part, and behind it what the explorer keeps.
//
//   0                 ARENA_BYTES
//   ┌─────────────────┬────────────────────────┬──────────────────────────────────┐
//   │ the core        │ CURSOR STEP · journal  │ a block for each instance        │
//   └─────────────────┴────────────────────────┴──────────────────────────────────┘
// A block holds what an instance has besides memory: its globals, and its stack while it is suspended.
//   +0 globals, 8 bytes each   +GLOBALS_BYTES: end and limit of the stack   +8: the stack, upwards

export const PAGE = 65536;
/** Pages that the core may use. They are all there from the start: the core never grows its memory here. */
export const ARENA_PAGES = 256;
export const ARENA_BYTES = ARENA_PAGES * PAGE;

/** Where the next entry of the journal goes. */
export const CURSOR = ARENA_BYTES;
/** How far an entry moves the cursor: 0 while nothing is recorded. */
export const STEP = ARENA_BYTES + 4;
/** The journal: for every word that is about to be written, its address and what it held, in order. */
export const JOURNAL = ARENA_BYTES + 64;
export const ENTRY_BYTES = 8;
export const JOURNAL_END = ARENA_BYTES + 8 * PAGE;

export const BLOCKS = JOURNAL_END;
export const BLOCK_BYTES = 16384;
export const GLOBALS_BYTES = 256;
/** Threads and one more instance, of the test itself. */
export const MAX_THREADS = 7;
export const TOTAL_PAGES = (BLOCKS + (MAX_THREADS + 1) * BLOCK_BYTES) / PAGE;
