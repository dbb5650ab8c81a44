/** The core's memory, read from outside: who waits for what, and what is in use. For reports; nobody is stopped meanwhile. */
import * as L from '../../../assembly/layout.ts';

export class CoreView {
  private words: Int32Array;

  constructor(private readonly memory: WebAssembly.Memory) {
    this.words = new Int32Array(memory.buffer);
  }

  at(address: number): number {
    if (address >> 2 >= this.words.length) this.words = new Int32Array(this.memory.buffer);
    return Atomics.load(this.words, address >>> 2);
  }

  get pages(): number {
    return this.at(L.HEADER_PAGES);
  }

  processors(): number[] {
    return Array.from({ length: this.at(L.HEADER_PS) }, (_, i) => this.at(L.PTABLE + 4 * i));
  }

  /** The records of a slab, of all processors or of one. */
  *records(slab: number, size: number, p?: number): Generator<number> {
    for (let page = 1; page < this.pages; page++) {
      const entry = this.at(L.PAGE_MAP + 4 * page);
      if ((entry & L.PAGE_KIND) !== slab + 1) continue;
      if (p !== undefined && (entry & ~L.PAGE_KIND) !== p) continue;
      for (let r = page * L.PAGE; r < (page + 1) * L.PAGE; r += size) yield r;
    }
  }
}

const STATUS = ['free', 'runnable', 'running', 'waiting', 'dead', 'claimed'];
const REASON = 'none recv send recv(nil) send(nil) select select(0) sleep join mutex group host task'.split(
  ' ',
);
const KIND = 'never ready recv send sleep timer join sema zero host srecv ssend task'.split(' ');
const TASK = ['free', 'queued', 'taken', 'started', 'done'];
const PROC = ['free', 'starting', 'live'];

const hex = (n: number): string => n.toString(16);

/** What every processor, goroutine and task is doing, as text. */
export function dump(memory: WebAssembly.Memory): string {
  const core = new CoreView(memory);
  const { at } = { at: (address: number) => core.at(address) };
  const lines = [
    `core: ${core.pages} pages, ${at(L.HEADER_IDLE)} idle, ${at(L.HEADER_SPINNING)} spinning, ` +
      `${at(L.GLOBQ + L.GLOBQ_COUNT)} tasks in the global queue (lock ${hex(at(L.GLOBQ))}), trap ${at(L.HEADER_TRAP)}`,
  ];
  const channels = new Set<number>();
  for (const p of core.processors()) {
    const word = (offset: number): number => at(p + offset);
    lines.push(
      `P ${hex(p)} ${PROC[word(L.P_STATE)]}: asleep ${word(L.P_ASLEEP)} tasks ${word(L.P_TASKS)} ` +
        `load ${word(L.P_LOAD)} deque ${word(L.P_DEQ_TAIL) - word(L.P_DEQ_HEAD)} runq ${hex(word(L.P_RUNQ_HEAD))} ` +
        `inbox ${hex(word(L.P_INBOX))} held ${hex(word(L.P_HELD))} cases ${word(L.P_HELD_CASES)} claim ${hex(word(L.P_CLAIM))} ` +
        `fired ${hex(word(L.P_FIRED))} task ${hex(word(L.P_TASK))} quiet ${word(L.P_QUIET)} turns ${word(L.P_BEATS)}`,
    );
    for (const g of core.records(L.SLAB_G, L.G_SIZE, p)) {
      const status = at(g + L.G_STATUS);
      if (status === L.G_FREE) continue;
      const waits = status === L.G_WAITING || status === L.G_CLAIMED ? waitsOf(core, g, channels) : '';
      lines.push(`  G ${hex(g)} ${STATUS[status]} ${REASON[at(g + L.G_REASON)]} ${waits}`);
    }
  }
  for (const task of core.records(L.SLAB_J, L.J_SIZE)) {
    const state = at(task + L.J_STATE);
    if (state === L.J_FREE) continue;
    lines.push(
      `J ${hex(task)} ${TASK[state]}: lock ${hex(at(task))} stand-in ${hex(at(task + L.J_STANDIN))} ` +
        `spawner ${hex(at(task + L.J_SPAWNER))} runner ${hex(at(task + L.J_RUNNER))} tries ${at(task + L.J_TRIES)}`,
    );
  }
  for (const c of channels) {
    lines.push(
      `channel ${hex(c)}: lock ${hex(at(c))} ${at(c + L.SC_COUNT)} of ${at(c + L.SC_CAPACITY)} closed ${at(c + L.SC_CLOSED)} ` +
        `refs ${at(c + L.SC_REFS)} receivers ${hex(at(c + L.SC_RECVQ))} senders ${hex(at(c + L.SC_SENDQ))}`,
    );
  }
  return lines.join('\n');
}

function waitsOf(core: CoreView, g: number, channels: Set<number>): string {
  const waits: string[] = [];
  for (let w = g + L.G_W, n = 0; w !== 0 && n < 100; w = core.at(w + L.W_SIBLING), n++) {
    const kind = core.at(w + L.W_KIND) & L.W_KIND_MASK;
    const list = core.at(w + L.W_LIST);
    const out = core.at(w + L.W_PREV) === L.W_OUT ? '(out)' : '';
    const on = kind === L.CASE_SRECV ? list - L.SC_RECVQ : kind === L.CASE_SSEND ? list - L.SC_SENDQ : list;
    if (list !== 0 && kind >= L.CASE_SRECV) channels.add(on);
    waits.push(`${KIND[kind]} ${hex(on)}${out}`);
  }
  return waits.join(', ');
}

export interface Census {
  readonly pages: number;
  /** Payload blocks that are neither in a list nor in a cache, and their sizes. */
  readonly blocks: number;
  readonly bytes: number;
}

/** What is in use of the payload heap. Exact only while nobody allocates or frees. */
export function census(memory: WebAssembly.Memory): Census {
  const core = new CoreView(memory);
  const free = new Map<number, number>();
  for (let k = L.CLASS_MIN; k <= L.CLASS_MAX; k++) {
    const lists = [core.at(L.MHEAP + (k << L.MHEAP_SHIFT) + L.MHEAP_HEAD)];
    if (k <= L.CLASS_CACHED) for (const p of core.processors()) lists.push(core.at(p + L.P_CACHE + (k << 3)));
    for (let block of lists) {
      for (; block !== 0; block = core.at(block)) {
        if (free.has(block)) throw new Error(`block ${hex(block)} is free twice`);
        free.set(block, k);
      }
    }
  }
  const processors = new Set(core.processors().map((p) => p / L.PAGE));
  let blocks = 0;
  let bytes = 0;
  for (let page = L.PAGES_FIRST_FREE; page < core.pages;) {
    if (processors.has(page)) page += L.P_PAGES;
    else if (core.at(L.PAGE_MAP + 4 * page) !== 0) page++;
    else {
      const start = page * L.PAGE;
      const k = free.get(start) ?? core.at(start + L.BLOCK_HEAD + L.BLOCK_CLASS);
      if (!(k >= L.CLASS_MIN && k <= L.CLASS_MAX)) {
        page++; // a page whose thread ended before it was carved
        continue;
      }
      const end = start + Math.max(L.PAGE, 2 ** k);
      for (let block = start; block < end; block += 2 ** k) {
        if (free.has(block)) continue;
        blocks++;
        bytes += core.at(block + L.BLOCK_HEAD + L.BLOCK_BYTES);
      }
      page = end / L.PAGE;
    }
  }
  return { pages: core.pages, blocks, bytes };
}
