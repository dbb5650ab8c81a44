// The one place for every offset, state and code that the core and the API share.
//
// Compiled by both asc and tsc, so it holds nothing but `export const NAME: i32 = <integer expression>`.
// A test checks that rule, the alignment of every field, and that no two fields overlap.
//
// Memory, in pages
//   0         1..2       3..23       24 ...
//   ┌─────────┬──────────┬───────────┬─────────────────────────────────────────────────────────┐
//   │ null,   │ page map │ P block   │ slabs, a page a chunk · payload blocks · more P blocks  │
//   │ header  │          │ of the 1st│                                                         │
//   └─────────┴──────────┴───────────┴─────────────────────────────────────────────────────────┘
// Address 0 is null for every link below. Read as a channel, it is an empty closed one: see src/runtime/records.ts.

/** Bumped whenever anything in this file changes its meaning. */
export const LAYOUT_VERSION: i32 = 3;
export const PAGE: i32 = 65536;

// ── Header: one a memory; any thread, atomic ────────────────────────────────────
//  64 │ VERSION │ PAGES: next page never given out │ LIMIT: pages that may be used │ TRAP: code of a broken invariant │
//  80 │ PS: P blocks made │ IDLE: Ps asleep │ SPINNING: Ps that look for work │ CORES of the machine │
//  96 │ MORE: there could be more Ps than there are │
export const HEADER: i32 = 64;
export const HEADER_VERSION: i32 = HEADER;
export const HEADER_PAGES: i32 = HEADER + 4;
export const HEADER_LIMIT: i32 = HEADER + 8;
export const HEADER_TRAP: i32 = HEADER + 12;
export const HEADER_PS: i32 = HEADER + 16;
export const HEADER_IDLE: i32 = HEADER + 20;
export const HEADER_SPINNING: i32 = HEADER + 24;
export const HEADER_CORES: i32 = HEADER + 28;
export const HEADER_MORE: i32 = HEADER + 32;

// ── A shared object begins with its lock ────────────────────────────────────────
//  +0 LOCK: the P block of the holder, or 0
export const LOCK: i32 = 0;

// ── Global queue of tasks that no processor has taken yet. Under its lock; COUNT may be peeked at. ──
//  +0 LOCK    +4 HEAD    +8 TAIL    +12 COUNT
export const GLOBQ: i32 = 256;
export const GLOBQ_HEAD: i32 = 4;
export const GLOBQ_TAIL: i32 = 8;
export const GLOBQ_COUNT: i32 = 12;

// ── Payload heap: free blocks of 2^k bytes for each k, 64 bytes a class. Under its lock. ──
//  +0 LOCK    +4 HEAD
export const MHEAP: i32 = 2048;
export const MHEAP_HEAD: i32 = 4;
export const MHEAP_SHIFT: i32 = 6;
export const CLASS_MIN: i32 = 4;
export const CLASS_MAX: i32 = 30;
/** Blocks up to 2^CLASS_CACHED bytes are kept by processors, too. */
export const CLASS_CACHED: i32 = 15;
/** A block: its payload is behind this. +0 BYTES: asked for; next free block while free. +4 CLASS */
export const BLOCK_HEAD: i32 = 8;
export const BLOCK_BYTES: i32 = -8;
export const BLOCK_CLASS: i32 = -4;

// ── Table of P blocks: HEADER_PS addresses, in the order they were made ─────────
export const PTABLE: i32 = 4096;
export const PS_MAX: i32 = 256;

// ── Programs: for each slot a serial number, odd while its program runs, and the last goroutine id given out ──
//  +0 SERIAL  +4 IDS
export const RUNS: i32 = 8192;
export const RUNS_MAX: i32 = 1024;
export const RUN_SERIAL: i32 = 0;
export const RUN_IDS: i32 = 4;
export const RUN_SHIFT: i32 = 3;
/** Ids are taken in batches, so that a processor rarely asks. */
export const RUN_BATCH: i32 = 16;

// ── Page map: a word a page: the P block whose slab the page belongs to, + 1 + SLAB_*; 0: no slab ──
export const PAGE_MAP: i32 = PAGE;
export const PAGE_MAP_PAGES: i32 = 2;
export const PAGES_MAX: i32 = 32768;
export const PAGE_KIND: i32 = 15;

// ── P: a processor, the scheduling context of one thread: a block of P_PAGES pages ─
//      Owner thread only:
//  +0  RUNQ_HEAD  RUNQ_TAIL   ready goroutines, linked by G_LINK, first in first out
//  +8  RUNNEXT    TICK        the goroutine to run before the queue; turns since the queue was preferred
// +16  TIMERS     TIMER_SEQ   root of the pairing heap; ties are broken by age
// +24  LIVE       HOST        goroutine records in use; those of them parked on the host
// +32  CASE       PARTNER     out: the case that select chose; the goroutine a value was handed to or taken from
// +40  RAND       (2 words)   xorshift state
// +48  SLABS      (6 words)   first free record of each slab, in the order of SLAB_*
// +72  TURNS      TASKS       turns given out; whether it takes tasks
// +80  VALUE      (8 bytes)   in and out: the value of an operation on a shared channel
//      Written by the owner, read by whoever cleans up after its death:
// +88  HELD       HELD_CASES  the lock it holds or tries to take, + HELD_SEMA; locks of a select, in LOCKS
// +96  CLAIM      FIRED       the waiter it is about to wake; goroutines it has woken but not handed over, by G_LINK
// +104 FIRED_LAST TASK        the last of those; the task it has in hand
// +112 LOOKS      MIDWAY      whether HEADER_SPINNING counts it; the shared channel whose waiters it wakes one by one
// +120 CACHE      (2 words a class) free payload blocks: first, count
//      Any thread, atomic; each on a line of its own:
// +512 INBOX                  goroutines made ready by other threads, linked by G_LINK, last in first out
// +576 EPOCH      ASLEEP      what it sleeps on; 1 while it sleeps, or is about to
// +584 STATE      QUIET       PROC_*; the API's word that nothing but another processor can wake it
// +592 LOAD                   tasks that were taken here and have not ended
// +640 DEQ_HEAD   DEQ_TAIL    unstarted tasks in DEQUE: thieves and owner move the head, the owner the tail
// +768 BEATS      GS          turns of the API's loop; goroutines that have not ended, for whoever counts all
export const P_RUNQ_HEAD: i32 = 0;
export const P_RUNQ_TAIL: i32 = 4;
export const P_RUNNEXT: i32 = 8;
export const P_TICK: i32 = 12;
export const P_TIMERS: i32 = 16;
export const P_TIMER_SEQ: i32 = 20;
export const P_LIVE: i32 = 24;
export const P_HOST: i32 = 28;
export const P_CASE: i32 = 32;
export const P_PARTNER: i32 = 36;
export const P_RAND: i32 = 40;
export const P_SLABS: i32 = 48;
export const P_TURNS: i32 = 72;
export const P_TASKS: i32 = 76;
export const P_VALUE: i32 = 80;
export const P_HELD: i32 = 88;
export const P_HELD_CASES: i32 = 92;
export const P_CLAIM: i32 = 96;
export const P_FIRED: i32 = 100;
export const P_FIRED_LAST: i32 = 104;
export const P_TASK: i32 = 108;
export const P_LOOKS: i32 = 112;
export const P_MIDWAY: i32 = 116;
export const P_CACHE: i32 = 120;
export const P_INBOX: i32 = 512;
export const P_EPOCH: i32 = 576;
export const P_ASLEEP: i32 = 580;
export const P_STATE: i32 = 584;
export const P_QUIET: i32 = 588;
export const P_LOAD: i32 = 592;
export const P_DEQ_HEAD: i32 = 640;
export const P_DEQ_TAIL: i32 = 644;
export const P_BEATS: i32 = 768;
export const P_GS: i32 = 772;
export const P_SIZE: i32 = 1024;
/** Added to HELD when it is that of a semaphore, whose waiters may be waiting in vain if the holder dies. */
export const HELD_SEMA: i32 = 1;
export const PROC_FREE: i32 = 0;
export const PROC_STARTING: i32 = 1; // its thread has not attached yet
export const PROC_LIVE: i32 = 2;

/** After so many turns of RUNNEXT in a row the queue goes first: a pair that wakes each other starves nobody. */
export const RUNNEXT_TURNS: i32 = 32;
/** Every so many turns the global queue goes first: local work that never ends starves nobody. */
export const FAIR_TURNS: i32 = 61;

// ── Deque of unstarted tasks: a ring of addresses ────────────────────────────────
export const DEQUE: i32 = 4096;
export const DEQUE_SLOTS: i32 = 256;

// ── Batch: values on their way from or to an array, 8 bytes each ─────────────────
export const BATCH: i32 = 8192;
export const BATCH_MAX: i32 = 1024;

// ── Case table: what a select waits for, written by the API, 16 bytes a case ────
//  +0 KIND    +4 ADDR: the record of that kind     +8 WHEN: f64, for CASE_SLEEP; the value, for CASE_SSEND
// behind it the shared objects to lock, a u32 a case
export const CASES: i32 = PAGE;
export const CASES_MAX: i32 = 65536;
export const CASE_SIZE: i32 = 16;
export const CASE_KIND: i32 = 0;
export const CASE_ADDR: i32 = 4;
export const CASE_WHEN: i32 = 8;
export const LOCKS: i32 = CASES + CASES_MAX * CASE_SIZE;
export const P_BLOCK: i32 = LOCKS + CASES_MAX * 4;
export const P_PAGES: i32 = P_BLOCK / PAGE;

/** The P block of the thread that made the memory. */
export const P0: i32 = PAGE_MAP + PAGE_MAP_PAGES * PAGE;
export const PAGES_FIRST_FREE: i32 = P0 / PAGE + P_PAGES;
/** Pages the memory must have when the core starts. */
export const PAGES_INITIAL: i32 = 32;

// What a waiter waits for, and a case names. From RECV on it stands in a wait list: the first of its record, or, if the
// number is odd, the second.
export const CASE_NEVER: i32 = 0; // a nil channel
export const CASE_READY: i32 = 1; // the API found it ready
export const CASE_HOST: i32 = 2; // a promise: woken by `wake`
export const CASE_TASK: i32 = 3; // the end of a task, awaited by its stand-in
export const CASE_RECV: i32 = 4; // ADDR: channel
export const CASE_SEND: i32 = 5; // ADDR: channel
export const CASE_SLEEP: i32 = 6; // WHEN: absolute milliseconds
export const CASE_TIMER: i32 = 8; // ADDR: a timer that the API keeps; never found ready by the core
export const CASE_JOIN: i32 = 10; // ADDR: goroutine
export const CASE_SRECV: i32 = 12; // ADDR: shared channel. From here on: shared objects, under their lock
export const CASE_SSEND: i32 = 13; // ADDR: shared channel, WHEN: the value
export const CASE_SEMA: i32 = 14; // ADDR: semaphore, WHEN: the permits, an i32

// ── Wait list: two words inside other records, at WAITQ of each, and at WAITQ2 of channels ──
//  +0 FIRST   +4 LAST
export const WAITQ: i32 = 16;
export const WAITQ2: i32 = 24;
export const Q_FIRST: i32 = 0;
export const Q_LAST: i32 = 4;

// ── W: a waiter, one a goroutine and case (Go's sudog), 32 bytes ─────────────────
//  +0 NEXT    +4 PREV       in the wait list; PREV is W_OUT when it stands in none
//  +8 LIST    +12 G         the list it waits in, 0 for none; whose waiter it is
// +16 KIND    +20 SIBLING   CASE_* | index of its case << 8; the next waiter of the same select
// +24 VALUE (8 bytes)       shared channels: what a sender offers or a receiver was given
export const W_NEXT: i32 = 0;
export const W_PREV: i32 = 4;
export const W_LIST: i32 = 8;
export const W_G: i32 = 12;
export const W_KIND: i32 = 16;
export const W_SIBLING: i32 = 20;
export const W_VALUE: i32 = 24;
export const W_SIZE: i32 = 32;
export const W_OUT: i32 = -1;
export const W_CASE_SHIFT: i32 = 8;
export const W_KIND_MASK: i32 = 255;

// ── G: a goroutine, 64 bytes. Its first waiter lives inside it, so a plain wait allocates nothing. ──
//  +0 STATUS  +4 LINK       G_*; next in the run queue, in an inbox, or in the free list
//  +8 REASON  +12 CASE      WAIT_* while it waits; the case that woke it
// +16 JOINERS (2 words)     wait list of those who join it
// +24 W: 32 bytes
// +56 CLOSED  +60 SELECT    woken by close; how it waits: SELECT_* or'ed
// Owner P only, but for a goroutine that waits on shared objects: then whoever moves STATUS from G_WAITING to
// G_CLAIMED owns LINK, CASE, CLOSED and the VALUE of the first waiter until it is in its processor's inbox.
export const G_STATUS: i32 = 0;
export const G_LINK: i32 = 4;
export const G_REASON: i32 = 8;
export const G_CASE: i32 = 12;
export const G_JOINERS: i32 = WAITQ;
export const G_W: i32 = 24;
export const G_CLOSED: i32 = 56;
export const G_SELECT: i32 = 60;
export const G_SIZE: i32 = 64;
/** G records are 64-byte aligned: an address shifted by this indexes the API's table of objects. */
export const G_SHIFT: i32 = 6;

export const G_FREE: i32 = 0;
export const G_RUNNABLE: i32 = 1; // in the run queue
export const G_RUNNING: i32 = 2; // handed out by `next`
export const G_WAITING: i32 = 3; // its waiters stand in wait lists
export const G_DEAD: i32 = 4; // ended while in the run queue or on its way there: freed when its turn comes
export const G_CLAIMED: i32 = 5; // waited on shared objects, and somebody is waking it

export const SELECT_MANY: i32 = 1; // on the cases of a select
export const SELECT_SHARED: i32 = 2; // on a shared object: other threads may wake it

// ── C: a local channel, 32 bytes. The values stay in a JavaScript array at the same index. ──
//  +0 COUNT   +4 CAPACITY
//  +8 HEAD    +12 CLOSED
// +16 RECVQ (2 words)    +24 SENDQ (2 words)
export const C_COUNT: i32 = 0;
export const C_CAPACITY: i32 = 4;
export const C_HEAD: i32 = 8;
export const C_CLOSED: i32 = 12;
export const C_RECVQ: i32 = WAITQ;
export const C_SENDQ: i32 = WAITQ2;
export const C_SIZE: i32 = 32;
/** A slot travels in a result above the tag. */
export const C_CAPACITY_MAX: i32 = 0x0fffffff;

// ── S: a semaphore: a payload block. The root of everything in package sync. ─────
//  +0 LOCK    +4 STATE       any thread, atomic: free permits, and S_WAITED. With that bit under its lock
//  +8 REFS    +12 RULE       any thread, atomic: handles and messages that name it; RULE_*
// +16 WAITQ (2 words)        each with its number of permits in W_VALUE
export const S_STATE: i32 = 4;
export const S_REFS: i32 = 8;
export const S_RULE: i32 = 12;
export const S_WAITQ: i32 = WAITQ;
export const S_SIZE: i32 = 24;
/** The sign: whoever acquires or releases must ask the core. Without it, a compare-and-swap will do. */
export const S_WAITED: i32 = -0x80000000;
export const S_PERMITS: i32 = 0x7fffffff;

// How a semaphore gives its permits.
export const RULE_QUEUE: i32 = 0; // to who waits longest, as soon as there are enough
export const RULE_COMPETE: i32 = 1; // who waits longest is woken to try again; in a select it is given them
export const RULE_READERS: i32 = 2; // the same as QUEUE, but after a release of many first to all who want one
export const RULE_ZERO: i32 = 3; // nobody takes any: those who wait are woken when none is left
export const RULE_NOTIFY: i32 = 4; // those that nobody waits for are lost

// ── T: a timer, 64 bytes, a node of the pairing heap ─────────────────────────────
//  +0 WHEN (f64)
//  +8 SEQ     +12 KIND      age, for ties; TIMER_*
// +16 WAITQ (2 words)       who sleeps on it
// +24 CHILD   +28 NEXT      first child; next sibling
// +32 PREV    +36 QUEUED    previous sibling, or the parent of a first child; 1 while in the heap
export const T_WHEN: i32 = 0;
export const T_SEQ: i32 = 8;
export const T_KIND: i32 = 12;
export const T_WAITQ: i32 = WAITQ;
export const T_CHILD: i32 = 24;
export const T_NEXT: i32 = 28;
export const T_PREV: i32 = 32;
export const T_QUEUED: i32 = 36;
export const T_SIZE: i32 = 64;

export const TIMER_SLEEP: i32 = 0; // one sleeper; the core wakes it and frees the record
export const TIMER_API: i32 = 1; // the API keeps it and is told when it is due

// ── SC: a shared channel: a payload block, the ring behind it. Under its lock. ───
//  +0 LOCK    +4 CLOSED
//  +8 COUNT   +12 CAPACITY   COUNT and CLOSED may be peeked at, so they are written by atomic stores
// +16 RECVQ (2 words)  +24 SENDQ (2 words)
// +32 HEAD    +36 REFS       any thread, atomic: handles and messages that name it
// +40 the ring: CAPACITY values of 8 bytes
export const SC_CLOSED: i32 = 4;
export const SC_COUNT: i32 = 8;
export const SC_CAPACITY: i32 = 12;
export const SC_RECVQ: i32 = WAITQ;
export const SC_SENDQ: i32 = WAITQ2;
export const SC_HEAD: i32 = 32;
export const SC_REFS: i32 = 36;
export const SC_RING: i32 = 40;
/** The ring must fit into a block of the largest class. */
export const SC_CAPACITY_MAX: i32 = 0x07fffff8;

// ── J: a task, 64 bytes: a goroutine that may begin on any processor ─────────────
//  +0 LOCK    +4 LINK        of the stand-in; next in the global queue or the free list
//  +8 STATE   +12 KEY        J_*; the API's name of the body
// +16 ARGS    +20 STANDIN    payload block; the spawner's goroutine that stands for it, 0: nobody waits
// +24 SPAWNER +28 RUNNER     P blocks
// +32 RUN     +36 ID         its program, as `serial << 10 | slot`; its goroutine id
// +40 RESULT  +44 OUTCOME    payload block; the API's word for how it ended
// +48 TRIES                  processors that died before they could begin it
export const J_LINK: i32 = 4;
export const J_STATE: i32 = 8;
export const J_KEY: i32 = 12;
export const J_ARGS: i32 = 16;
export const J_STANDIN: i32 = 20;
export const J_SPAWNER: i32 = 24;
export const J_RUNNER: i32 = 28;
export const J_RUN: i32 = 32;
export const J_ID: i32 = 36;
export const J_RESULT: i32 = 40;
export const J_OUTCOME: i32 = 44;
export const J_TRIES: i32 = 48;
export const J_SIZE: i32 = 64;
export const J_FREE: i32 = 0;
export const J_QUEUED: i32 = 1;
export const J_TAKEN: i32 = 2; // a processor has it; not begun, so another may have it if that one dies
export const J_STARTED: i32 = 3;
export const J_DONE: i32 = 4;
export const TRIES_MAX: i32 = 3;

export const OUTCOME_RETURNED: i32 = 1;
export const OUTCOME_THREW: i32 = 2;
export const OUTCOME_LOST: i32 = 3; // its processor died
export const OUTCOME_ENDED: i32 = 4; // its program is over

// ── Slabs ─────────────────────────────────────────────────────────────────────
export const SLAB_G: i32 = 0;
export const SLAB_W: i32 = 1;
export const SLAB_C: i32 = 2;
export const SLAB_T: i32 = 3;
export const SLAB_J: i32 = 4;
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
// and task | NEXT_TASK for a task to begin
export const NEXT_TASK: i32 = 2;

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
export const WAIT_TASK: i32 = 12;
export const WAIT_RW_READ: i32 = 13;
export const WAIT_RW_WRITE: i32 = 14;
export const WAIT_COND: i32 = 15;
export const WAIT_ONCE: i32 = 16;
export const WAIT_SEMA: i32 = 17;

// ── Traps: what was broken; words in src/errors.ts ───────────────────────────────
export const TRAP_LIST: i32 = 1; // a waiter is not where its links say
export const TRAP_STATUS: i32 = 2; // a goroutine is not in the state its caller thinks
export const TRAP_BUSY: i32 = 3; // a channel, semaphore or timer is freed under its waiters
export const TRAP_HEAP: i32 = 4; // the timer heap is out of order
export const TRAP_SLAB: i32 = 5; // a record is freed twice
export const TRAP_CASE: i32 = 6; // a case of an unknown kind
export const TRAP_LOCK: i32 = 7; // a lock is not held by whom it should
export const TRAP_BLOCK: i32 = 8; // a payload block is freed twice, or was never given out
export const TRAP_TASK: i32 = 9; // a task is not in the state its caller thinks
