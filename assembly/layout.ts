// The one place for every offset, state and code that the core and the API share.
//
// Compiled by both asc and tsc, so it holds nothing but `export const NAME: i32 = <integer expression>`.
// A test checks that rule, the alignment of every field, and that no two fields overlap.
//
// Memory
//   0        64          256            PAGE ...
//   ┌────────┬───────────┬──────────────┬──────────────────┬───────────────────────┐
//   │ null   │ header    │ P record     │ case table (P)   │ slabs, a page a chunk │
//   └────────┴───────────┴──────────────┴──────────────────┴───────────────────────┘
// Address 0 is null for every link below. Read as a channel, it is an empty closed one: see src/runtime/records.ts.

/** Bumped whenever anything in this file changes its meaning. */
export const LAYOUT_VERSION: i32 = 1;
export const PAGE: i32 = 65536;

// ── Header: one a memory ────────────────────────────────────────────────────────
//  64 │ VERSION │ PAGES: next page never given out │ LIMIT: pages that may be used │ TRAP: code of a broken invariant │
export const HEADER: i32 = 64;
export const HEADER_VERSION: i32 = HEADER;
export const HEADER_PAGES: i32 = HEADER + 4;
export const HEADER_LIMIT: i32 = HEADER + 8;
export const HEADER_TRAP: i32 = HEADER + 12;

// ── P: a processor, the scheduling context of one thread. Owner thread only. ───
//  +0  RUNQ_HEAD  RUNQ_TAIL   ready goroutines, linked by G_LINK, first in first out
//  +8  RUNNEXT    TICK        the goroutine to run before the queue; turns since the queue was preferred
// +16  TIMERS     TIMER_SEQ   root of the pairing heap; ties are broken by age
// +24  LIVE       HOST        goroutine records in use; those of them parked on the host
// +32  CASE       PARTNER     out: the case that select chose; the goroutine a value was handed to or taken from
// +40  RAND       (2 words)   xorshift state
// +48  SLABS      (5 words)   first free record of each slab, in the order of SLAB_*
export const P: i32 = 256;
export const P_RUNQ_HEAD: i32 = P;
export const P_RUNQ_TAIL: i32 = P + 4;
export const P_RUNNEXT: i32 = P + 8;
export const P_TICK: i32 = P + 12;
export const P_TIMERS: i32 = P + 16;
export const P_TIMER_SEQ: i32 = P + 20;
export const P_LIVE: i32 = P + 24;
export const P_HOST: i32 = P + 28;
export const P_CASE: i32 = P + 32;
export const P_PARTNER: i32 = P + 36;
export const P_RAND: i32 = P + 40;
export const P_SLABS: i32 = P + 48;
export const P_SIZE: i32 = 128;

/** After so many turns of RUNNEXT in a row the queue goes first: a pair that wakes each other starves nobody. */
export const RUNNEXT_TURNS: i32 = 32;

// ── Case table: what a select waits for, written by the API, 16 bytes a case ────
//  +0 KIND    +4 ADDR: the record of that kind     +8 WHEN: f64, for CASE_SLEEP
// behind it the poll order, a u32 a case
export const CASES: i32 = PAGE;
export const CASES_MAX: i32 = 65536;
export const CASE_SIZE: i32 = 16;
export const CASE_KIND: i32 = 0;
export const CASE_ADDR: i32 = 4;
export const CASE_WHEN: i32 = 8;
export const CASE_ORDER: i32 = CASES + CASES_MAX * CASE_SIZE;
export const CASES_END: i32 = CASE_ORDER + CASES_MAX * 4;

/** Pages the memory must have when the core starts; slabs come behind. */
export const PAGES_INITIAL: i32 = 32;
export const PAGES_FIRST_FREE: i32 = CASES_END / PAGE;

// What a waiter waits for, and a case names. A waiter of the kinds RECV..SEMA stands in a wait list.
export const CASE_NEVER: i32 = 0; // a nil channel
export const CASE_READY: i32 = 1; // the API found it ready
export const CASE_RECV: i32 = 2; // ADDR: channel
export const CASE_SEND: i32 = 3; // ADDR: channel
export const CASE_SLEEP: i32 = 4; // WHEN: absolute milliseconds
export const CASE_TIMER: i32 = 5; // ADDR: a timer that the API keeps; never found ready by the core
export const CASE_JOIN: i32 = 6; // ADDR: goroutine
export const CASE_SEMA: i32 = 7; // ADDR: semaphore, one permit
export const CASE_ZERO: i32 = 8; // ADDR: semaphore, until its count is zero
export const CASE_HOST: i32 = 9; // a promise: woken by `wake`

// ── Wait list: two words inside other records ───────────────────────────────────
//  +0 FIRST   +4 LAST
export const Q_FIRST: i32 = 0;
export const Q_LAST: i32 = 4;

// ── W: a waiter, one a goroutine and case (Go's sudog), 32 bytes ─────────────────
//  +0 NEXT    +4 PREV       in the wait list
//  +8 LIST    +12 G         the list it stands in, 0 when in none; whose waiter it is
// +16 CASE    +20 SIBLING   index of its case; the next waiter of the same select
// +24 KIND    +28 ON        CASE_*; the record it waits on
export const W_NEXT: i32 = 0;
export const W_PREV: i32 = 4;
export const W_LIST: i32 = 8;
export const W_G: i32 = 12;
export const W_CASE: i32 = 16;
export const W_SIBLING: i32 = 20;
export const W_KIND: i32 = 24;
export const W_ON: i32 = 28;
export const W_SIZE: i32 = 32;

// ── G: a goroutine, 64 bytes. Its first waiter lives inside it, so a plain wait allocates nothing. ──
//  +0 STATUS  +4 LINK       G_*; next in the run queue or the free list
//  +8 REASON  +12 CASE      WAIT_* while it waits; the case that woke it
// +16 W: 32 bytes
// +48 JOINERS (2 words)     wait list of those who join it
// +56 CLOSED  +60 SELECT    woken by close; waits in a select
export const G_STATUS: i32 = 0;
export const G_LINK: i32 = 4;
export const G_REASON: i32 = 8;
export const G_CASE: i32 = 12;
export const G_W: i32 = 16;
export const G_JOINERS: i32 = 48;
export const G_CLOSED: i32 = 56;
export const G_SELECT: i32 = 60;
export const G_SIZE: i32 = 64;
/** G records are 64-byte aligned: an address shifted by this indexes the API's table of objects. */
export const G_SHIFT: i32 = 6;

export const G_FREE: i32 = 0;
export const G_RUNNABLE: i32 = 1; // in the run queue
export const G_RUNNING: i32 = 2; // handed out by `next`
export const G_WAITING: i32 = 3; // its waiters stand in wait lists
export const G_DEAD: i32 = 4; // ended while in the run queue: freed when its turn comes

// ── C: a local channel, 32 bytes. The values stay in a JavaScript array at the same index. ──
//  +0 COUNT   +4 CAPACITY
//  +8 HEAD    +12 CLOSED
// +16 RECVQ (2 words)    +24 SENDQ (2 words)
export const C_COUNT: i32 = 0;
export const C_CAPACITY: i32 = 4;
export const C_HEAD: i32 = 8;
export const C_CLOSED: i32 = 12;
export const C_RECVQ: i32 = 16;
export const C_SENDQ: i32 = 24;
export const C_SIZE: i32 = 32;
/** A slot travels in a result above the tag. */
export const C_CAPACITY_MAX: i32 = 0x0fffffff;

// ── S: a semaphore, 16 bytes: root of Mutex and WaitGroup ────────────────────────
//  +0 COUNT   +4 (unused)   +8 WAITQ (2 words)
export const S_COUNT: i32 = 0;
export const S_WAITQ: i32 = 8;
export const S_SIZE: i32 = 16;

// ── T: a timer, 64 bytes, a node of the pairing heap ─────────────────────────────
//  +0 WHEN (f64)
//  +8 SEQ     +12 KIND      age, for ties; TIMER_*
// +16 CHILD   +20 NEXT      first child; next sibling
// +24 PREV    +28 QUEUED    previous sibling, or the parent of a first child; 1 while in the heap
// +32 WAITQ (2 words)       who sleeps on it
export const T_WHEN: i32 = 0;
export const T_SEQ: i32 = 8;
export const T_KIND: i32 = 12;
export const T_CHILD: i32 = 16;
export const T_NEXT: i32 = 20;
export const T_PREV: i32 = 24;
export const T_QUEUED: i32 = 28;
export const T_WAITQ: i32 = 32;
export const T_SIZE: i32 = 64;

export const TIMER_SLEEP: i32 = 0; // one sleeper; the core wakes it and frees the record
export const TIMER_API: i32 = 1; // the API keeps it and is told when it is due

// ── Slabs ─────────────────────────────────────────────────────────────────────
export const SLAB_G: i32 = 0;
export const SLAB_W: i32 = 1;
export const SLAB_C: i32 = 2;
export const SLAB_S: i32 = 3;
export const SLAB_T: i32 = 4;
export const SLABS: i32 = 5;

// ── Results of one operation: a tag in the low three bits, a slot or a goroutine above ──
export const TAG: i32 = 7;
export const TAG_SHIFT: i32 = 3;
export const R_SLOT: i32 = 0; // slot << 3: put or take the value there. Also plain success.
export const R_DIRECT: i32 = 1; // goroutine | 1: the partner of a rendezvous waits on this one operation
export const R_SELECT: i32 = 2; // goroutine | 2: it waits in a select; P_CASE-like index in its G_CASE
export const R_REFILL: i32 = 3; // slot << 3 | 3: take the value there and put the value of P_PARTNER in its place
export const R_PARKED: i32 = 4;
export const R_CLOSED: i32 = 5;
export const R_BLOCK: i32 = 6; // would block, and no goroutine was given to park
export const R_MEMORY: i32 = 7; // no memory for the records; nothing was changed

// `next` answers goroutine | NEXT_CLOSED when it was woken by a close
export const NEXT_CLOSED: i32 = 1;

// ── Wait reasons; words in src/runtime/dump.ts. Never reuse a number. ──────────
export const WAIT_NONE: i32 = 0;
export const WAIT_RECV: i32 = 1;
export const WAIT_SEND: i32 = 2;
export const WAIT_RECV_NIL: i32 = 3;
export const WAIT_SEND_NIL: i32 = 4;
export const WAIT_SELECT: i32 = 5;
export const WAIT_SELECT_EMPTY: i32 = 6;
export const WAIT_SLEEP: i32 = 7;
export const WAIT_JOIN: i32 = 8;
export const WAIT_MUTEX: i32 = 9;
export const WAIT_GROUP: i32 = 10;
export const WAIT_HOST: i32 = 11;

// ── Traps: what was broken; words in src/errors.ts ───────────────────────────────
export const TRAP_LIST: i32 = 1; // a waiter is not where its links say
export const TRAP_STATUS: i32 = 2; // a goroutine is not in the state its caller thinks
export const TRAP_BUSY: i32 = 3; // a channel, semaphore or timer is freed under its waiters
export const TRAP_HEAP: i32 = 4; // the timer heap is out of order
export const TRAP_SLAB: i32 = 5; // a record is freed twice
export const TRAP_CASE: i32 = 6; // a case of an unknown kind
