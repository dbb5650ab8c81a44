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
/** Threads of a scenario; there is one more instance, of the test itself. */
export const MAX_THREADS = 7;

const ARENA_BYTES = ARENA_PAGES * PAGE;
const BLOCKS = ARENA_BYTES + 8 * PAGE;
const BLOCK_BYTES = 16384;

export const TOTAL_PAGES = (BLOCKS + (MAX_THREADS + 1) * BLOCK_BYTES) / PAGE;

/** In bytes. */
export const Ground = {
  ARENA_BYTES,
  /** Where the next entry of the journal goes. */
  CURSOR: ARENA_BYTES,
  /** How far an entry moves the cursor: 0 while nothing is recorded. */
  STEP: ARENA_BYTES + 4,
  /** The journal: for every word that is about to be written, its address and what it held, in order. */
  JOURNAL: ARENA_BYTES + 64,
  ENTRY_BYTES: 8,
  JOURNAL_END: BLOCKS,
  BLOCKS,
  BLOCK_BYTES,
  GLOBALS_BYTES: 256,
} as const;
