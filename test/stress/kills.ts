/**
 * Threads are killed at random moments while their tasks send, receive, select, allocate and spawn. Nothing hangs, whoever
 * joins a lost task is told, no value is lost but what a killed goroutine had in its hand, and new threads take the place.
 */
import {
  buffer,
  chan,
  f64,
  go,
  type Go,
  gosched,
  Panic,
  ProcessorLostError,
  run,
  select,
  type SharedChan,
  type SharedNumberChan,
  sleep,
  string,
  task,
  value,
} from 'goroutines';
import { census } from './harness/core.ts';
import { Ledger, ledgerAt } from './harness/ledger.ts';
import { Random } from './harness/random.ts';
import { check, type Context, type Scenario } from './harness/scenario.ts';
import * as threads from './harness/threads.ts';

const PROCS = 3;
/** Tasks that are kept going. */
const TASKS = 6;
/** And such that do nothing but the core. */
const RUSHERS = PROCS;
const KILLS_PER_ROUND = 10;
/** Tasks of one round, at most: those that were killed are replaced. */
const SLOTS = 4096;
/** Values that the main thread sends in a round, at most. */
const VALUES = 1 << 17;

/** Of a ledger: for each task how many values it tried to send, and has sent; then a counter for each of main's values. */
const TRIED = 0;
const SENT = SLOTS;
const RECEIVED = 2 * SLOTS;
const LEDGER = RECEIVED + VALUES;

/** To main: a task's slot, and the number of its value. */
type ToMain = readonly [slot: number, n: number];

interface Line {
  /** From main to whoever comes first. */
  readonly toAll: SharedChan<number>;
  readonly toMain: SharedChan<ToMain>;
  readonly texts: SharedChan<string>;
  /** Everybody sends and receives there, as fast as possible: that a thread is killed in the core is what this is about. */
  readonly hot: readonly SharedChan<number>[];
  /** Where everybody waits. */
  readonly crowd: SharedNumberChan<number, Float64Array>;
  readonly quit: SharedChan<boolean>;
  readonly ledger: number;
}

const tiny = task(import.meta.url, 'kills.tiny', function* (n: number): Go<number> {
  yield* gosched();
  return n + 1;
});

const busy = task(
  import.meta.url,
  'kills.busy',
  function* (seed: number, slot: number, line: Line): Go<number> {
    const random = new Random(seed, slot);
    const ledger = ledgerAt(line.ledger, LEDGER);
    const { toAll, toMain, texts, quit, hot } = line;
    let n = 0;
    const trying = (): ToMain => {
      ledger[TRIED + slot] = n + 1;
      return [slot, n];
    };
    const sent = (): void => void (ledger[SENT + slot] = ++n);
    const received = (v: number): number => Atomics.add(ledger, RECEIVED + v, 1);
    const end = random.skewed(3000);
    let ops = 0;
    while (ops++ < end) {
      switch (random.below(16)) {
        case 0:
        case 1: {
          const s = yield* select({ quit: quit.recv(), v: toAll.recv() });
          if (s.key === 'quit') return ops;
          received(s.value!);
          break;
        }
        case 2:
        case 3: {
          const s = yield* select({ quit: quit.recv(), sent: toMain.send(trying()) });
          if (s.key === 'quit') return ops;
          sent();
          break;
        }
        case 4: {
          const s = yield* select({
            quit: quit.recv(),
            v: toAll.recv(),
            sent: toMain.send(trying()),
            text: texts.recv(),
            mine: texts.send('x'.repeat(random.skewed(50_000))),
            late: sleep(random.below(3)),
          });
          if (s.key === 'quit') return ops;
          if (s.key === 'v') received(s.value!);
          if (s.key === 'sent') sent();
          break;
        }
        case 5: {
          const g = go(tiny, ops);
          try {
            yield* select({ quit: quit.recv(), end: g.join() });
            check((yield* g.join()) === ops + 1, 'a task has another task’s result');
          } catch (error) {
            if (!(error instanceof ProcessorLostError)) throw error;
          }
          break;
        }
        case 6: {
          using b = buffer(random.skewed(200_000));
          b.bytes[b.byteLength - 1] = 1;
          texts.trySend('y'.repeat(random.skewed(1000)));
          texts.tryRecv();
          break;
        }
        case 7: {
          // Values that wait when the thread is killed, and goroutines that wait with it.
          const own = chan(value<object>(), random.below(3));
          go(function* () {
            yield* select({ quit: quit.recv(), sent: own.send({ own, ops }) });
          });
          yield* select({ quit: quit.recv(), got: own.recv() });
          break;
        }
        case 8:
          yield* random.oneIn(4) ? sleep(random.below(3)) : gosched();
          break;
        case 9:
        case 10:
          for (let i = 0; i < 50; i++) yield* rushAndWait(hot, quit);
          break;
        default:
          for (let i = 0; i < 500; i++) rush(random, hot);
      }
    }
    return ops;
  },
);

/**
 * Nothing but the core, and that its longest ways: many goroutines of all threads wait on one channel, and one operation
 * wakes many of them.
 */
const rusher = task(import.meta.url, 'kills.rusher', function* (seed: number, slot: number, line: Line): Go {
  const random = new Random(seed, slot);
  for (let i = 0; i < 50; i++) {
    go(function* () {
      if (i % 2 === 0) yield* line.crowd.each(() => undefined);
      else for (;;) if ((yield* select([line.crowd.next(), line.crowd.next()]))[1].done) return;
    });
  }
  try {
    for (;;) {
      yield* line.crowd.sendMany(MANY);
      if (random.oneIn(4)) yield* wakeMany();
      yield* gosched();
    }
  } catch (error) {
    if (!(error instanceof Panic && error.code === 'ERR_SEND_ON_CLOSED')) throw error;
  }
});

const MANY = new Float64Array(200);

/** Many wait on one channel, some in a select, and are woken at once. */
function* wakeMany(): Go {
  const [ch, full] = [chan(f64), chan(f64, 20)];
  const waiting = Array.from({ length: 100 }, (_, i) =>
    go(function* () {
      if (i % 2 === 0) yield* ch.recv();
      else yield* select([ch.recv(), full.send(i)]);
    }),
  );
  for (let i = 0; i < 30; i++) full.trySend(i);
  yield* gosched();
  yield* full.recvMany(20);
  ch.close();
  for (const g of waiting) yield* g.join();
}

function rush(random: Random, hot: Line['hot']): void {
  const ch = random.pick(hot);
  if (random.oneIn(2)) ch.trySend(1);
  else ch.tryRecv();
}

function* rushAndWait([a, b]: Line['hot'], quit: Line['quit']): Go {
  yield* select([a!.send(2), b!.recv(), b!.send(3), a!.recv(), quit.recv()]);
}

class Round {
  private readonly ledger = new Ledger(LEDGER);
  private readonly random: Random;
  private readonly line: Line;
  private slots = 0;
  private values = 0;
  private stopped = false;
  /** For each slot, how many of its values main has. */
  private readonly got = new Int32Array(SLOTS);
  lost = 0;
  ended = 0;

  constructor(
    private readonly seed: number,
    private readonly kills: number,
    private readonly step: () => void,
  ) {
    this.random = new Random(seed);
    const capacity = (): number => this.random.pick([0, 1, 7, 100]);
    this.line = {
      toAll: chan(value<number>(), capacity()),
      toMain: chan(value<ToMain>(), capacity()),
      texts: chan(string, capacity()),
      crowd: chan(f64, capacity()),
      hot: [chan(f64, 0), chan(f64, 5)],
      quit: chan(value<boolean>()),
      ledger: this.ledger.address,
    };
  }

  *play(): Go {
    const { toAll, toMain, texts, crowd, quit } = this.line;
    const kept = Array.from({ length: TASKS + RUSHERS }, (_, i) =>
      go(() => this.keepOne(i < TASKS ? busy : rusher)),
    );
    const senders = [go(() => this.send()), go(() => this.send())];
    senders.push(
      go(() => this.rush()),
      go(() => this.rushAndWait()),
    );
    const receivers = [
      go(() => this.receive()),
      go(() => this.receiveFromTasks()),
      go(() => this.receiveFromTasks()),
    ];
    yield* this.kill();
    this.stopped = true;
    quit.close();
    crowd.close();
    for (const g of kept) yield* g.join();
    for (const g of senders) yield* g.join();
    toAll.close();
    toMain.close();
    texts.close();
    for (const g of receivers) yield* g.join();
    this.verify();
    yield* this.serveAgain();
    this.ledger.free();
  }

  private *kill(): Go {
    for (let k = 0; k < this.kills;) {
      yield* sleep(this.random.oneIn(3) ? this.random.skewed(300) : this.random.below(80));
      const end = performance.now() + this.random.fraction();
      while (performance.now() < end); // timers come at whole milliseconds
      const many = this.random.oneIn(8) ? 2 : 1;
      for (let i = 0; i < many && k < this.kills; i++) if (killOne(this.random)) k++;
    }
  }

  /** One task at a time, until the round is over. */
  private *keepOne(body: typeof busy | typeof rusher): Go {
    while (!this.stopped) {
      const slot = this.slots++;
      check(slot < SLOTS, 'too many tasks in one round');
      try {
        yield* go(body as typeof busy, this.seed, slot, this.line).join();
        this.ended++;
      } catch (error) {
        if (!(error instanceof ProcessorLostError)) throw error;
        this.lost++;
      }
      this.step();
    }
  }

  private *send(): Go {
    while (!this.stopped && this.values < VALUES) {
      const v = this.values++;
      yield* this.line.toAll.send(v);
      if (this.random.oneIn(50)) yield* sleep(this.random.below(3));
    }
  }

  private *rush(): Go {
    while (!this.stopped) {
      for (let i = 0; i < 300; i++) rush(this.random, this.line.hot);
      yield* gosched();
    }
  }

  private *rushAndWait(): Go {
    while (!this.stopped) yield* rushAndWait(this.line.hot, this.line.quit);
  }

  private *receive(): Go {
    yield* this.line.toAll.each((v) => void Atomics.add(this.ledger.words, RECEIVED + v, 1));
  }

  private *receiveFromTasks(): Go {
    yield* this.line.toMain.each(([slot, n]) => {
      // Not in order: there are two who receive.
      check(n < this.ledger.words[TRIED + slot]!, `task ${slot} never sent ${n}`);
      this.got[slot]!++;
    });
  }

  private verify(): void {
    const { words } = this.ledger;
    let missing = 0;
    for (let v = 0; v < this.values; v++) {
      const times = words[RECEIVED + v]!;
      check(times <= 1, `value ${v} was received ${times} times`);
      if (times === 0) missing++;
    }
    check(
      missing <= this.lost,
      `${missing} values are missing, but only ${this.lost} goroutines that could have them`,
    );
    for (let slot = 0; slot < this.slots; slot++) {
      const [tried, sent, got] = [words[TRIED + slot]!, words[SENT + slot]!, this.got[slot]!];
      check(got >= sent && got <= tried, `task ${slot} has sent ${sent} to ${tried} values, ${got} arrived`);
    }
  }

  /** New tasks run as if nothing had happened. */
  private *serveAgain(): Go {
    const all = Array.from({ length: 4 * PROCS }, (_, i) => go(tiny, i));
    for (const [i, g] of all.entries())
      check((yield* g.join()) === i + 1, 'a task has another task’s result');
    this.step();
  }
}

/** How many had started when one was last killed before it had: of three in a row the library says that there can be none here. */
let readiedBefore = -1;

function killOne(random: Random): boolean {
  const early = random.oneIn(10) && threads.readied > readiedBefore;
  const alive = [...threads.started].filter((t) => t.ready !== early);
  if (alive.length === 0) return false;
  const thread = random.pick(alive);
  if (!thread.ready) readiedBefore = threads.readied;
  threads.started.delete(thread);
  void thread.worker.terminate();
  return true;
}

async function main({ seed, count, live, step, say }: Context): Promise<string> {
  let kills = 0;
  let lost = 0;
  let ended = 0;
  const sizes: string[] = [];
  for (let n = 0; kills < count; n++) {
    const round = new Round(seed + n, Math.min(KILLS_PER_ROUND, count - kills), step);
    // With a signal nobody looks for deadlocks: the watchdog shows more of what hangs.
    await run(() => round.play(), { procs: PROCS, signal: new AbortController().signal });
    kills += Math.min(KILLS_PER_ROUND, count - kills);
    lost += round.lost;
    ended += round.ended;
    const { pages, blocks, bytes } = census(threads.memory!);
    live(
      `${kills} of ${count} kills, ${lost} tasks lost, ${ended} ended; ${pages} pages, ${blocks} blocks of ${bytes} B`,
    );
    if (kills % Math.ceil(count / 10) < KILLS_PER_ROUND) {
      sizes.push(`${pages}`);
      say(`after ${kills} kills: ${pages} pages, ${blocks} blocks in use, ${bytes} B`);
    }
  }
  const ends = Object.entries(threads.ends).map(
    ([key, n]) => `${n} ${key.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`)}`,
  );
  say(`they were: ${ends.join(', ')}`);
  return `${kills} threads killed, ${lost} tasks lost and told so, ${ended} ended; pages ${sizes.join(' ')}`;
}

export const kills: Scenario = {
  about: 'threads are killed at random moments',
  count: 1000,
  run: main,
};
