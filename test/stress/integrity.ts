/**
 * Everything arrives, once, and as it was: objects and strings of random size through channels of every kind of
 * capacity, between three senders and three receivers as tasks and one of each on the main thread.
 */
import {
  chan,
  go,
  type Go,
  i32,
  nilChan,
  type RecvChan,
  run,
  select,
  type SharedChan,
  string,
  struct,
  task,
  value,
} from 'goroutines';
import { check, type Context, type Scenario } from './harness/scenario.ts';
import { objectFor, same, stringFor } from './harness/values.ts';

const PROCS = 3;
const SENDERS = 4;
const CAPACITIES = [0, 1, 7, 100];
const LONGEST = 2 ** 20;
/** After so many values a receiver tells. */
const TELL = 200;

interface Message {
  readonly index: number;
  readonly content: unknown;
}

/** What is sent in one round, the same for all. */
interface Round {
  readonly what: 'objects' | 'strings';
  readonly seed: number;
  readonly count: number;
}

type Channel = SharedChan<Message>;

const messageOfString = struct({ index: i32, content: string });

function contentFor(round: Round, index: number): unknown {
  return round.what === 'objects' ? objectFor(round.seed, index) : stringFor(round.seed, index, LONGEST);
}

/** Sender `s` sends every fourth value, in that order. */
function* sendAll(round: Round, s: number, channels: Channel[]): Go {
  const [a, b] = channels as [Channel, Channel | undefined];
  for (let index = s; index < round.count; index += SENDERS) {
    const message = { index, content: contentFor(round, index) };
    if (b === undefined) yield* a.send(message);
    else yield* select([a.send(message), b.send(message)]);
  }
}

/** Receives until the channels are closed: a bit for every value that came. */
function* receiveAll(round: Round, channels: Channel[], told: SharedChan<number>): Go<Uint8Array> {
  const got = new Uint8Array(Math.ceil(round.count / 8));
  const last = channels.map(() => new Array<number>(SENDERS).fill(-1));
  let untold = 0;
  const open: RecvChan<Message>[] = [...channels];
  for (let left = open.length; left > 0;) {
    let from = 0;
    let step: IteratorResult<Message, undefined>;
    if (open.length === 1) step = yield* open[0]!.next();
    else [from, step] = yield* select([open[0]!.next(), open[1]!.next()]);
    if (step.done) {
      open[from] = nilChan;
      left--;
      continue;
    }
    const { index, content } = step.value;
    check(Number.isInteger(index) && index >= 0 && index < round.count, `there is no value ${index}`);
    check((got[index >> 3]! & (1 << (index & 7))) === 0, `value ${index} came twice`);
    got[index >> 3]! |= 1 << (index & 7);
    // A sender's values come in the order in which they were sent, on each channel.
    const before = last[from]!;
    const sender = index % SENDERS;
    check(before[sender]! < index, `value ${index} came after value ${before[sender]} of the same sender`);
    before[sender] = index;
    check(same(content, contentFor(round, index)), `value ${index} is not what was sent`);
    if (++untold === TELL && told.trySend(untold)) untold = 0;
  }
  return got;
}

const sender = task(import.meta.url, 'integrity.sender', sendAll);
const receiver = task(import.meta.url, 'integrity.receiver', receiveAll);

function* playRound(round: Round, capacity: number, forks: number, told: SharedChan<number>): Go {
  const make = (): Channel =>
    round.what === 'objects' ? chan(value<Message>(), capacity) : chan(messageOfString, capacity);
  const channels = Array.from({ length: forks }, make);
  const receivers = [0, 1, 2].map(() => go(receiver, round, channels, told));
  const senders = [0, 1, 2].map((s) => go(sender, round, s, channels));
  receivers.push(go(receiveAll, round, channels, told));
  senders.push(go(sendAll, round, 3, channels));
  for (const g of senders) yield* g.join();
  for (const ch of channels) ch.close();
  const all = new Uint8Array(Math.ceil(round.count / 8));
  for (const g of receivers) {
    const got = yield* g.join();
    for (let i = 0; i < all.length; i++) {
      check((all[i]! & got[i]!) === 0, () => `two receivers have values of ${8 * i} to ${8 * i + 7}`);
      all[i]! |= got[i]!;
    }
  }
  for (let index = 0; index < round.count; index++) {
    check((all[index >> 3]! & (1 << (index & 7))) !== 0, `value ${index} has not come`);
  }
}

async function main({ seed, count, live, say }: Context): Promise<string> {
  const rounds: { what: Round['what']; forks: number; share: number }[] = [
    { what: 'objects', forks: 1, share: 1 / 4 },
    { what: 'objects', forks: 2, share: 1 / 16 },
    { what: 'strings', forks: 1, share: 1 / 256 },
    { what: 'strings', forks: 2, share: 1 / 512 },
  ];
  const totals = { objects: 0, strings: 0 };
  await run(
    function* () {
      const told = chan(i32, 64);
      let label = '';
      let done = 0;
      go(function* () {
        yield* told.each((n) => live(`${label}, ${(done += n)} of them received`));
      });
      for (const { what, forks, share } of rounds) {
        for (const capacity of CAPACITIES) {
          const round = { what, seed: seed + capacity, count: Math.max(SENDERS, Math.round(count * share)) };
          label = `${round.count} ${what}, capacity ${capacity}${forks === 2 ? ', select on both sides' : ''}`;
          done = 0;
          const begun = performance.now();
          yield* playRound(round, capacity, forks, told);
          totals[what] += round.count;
          say(`${label}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
        }
      }
    },
    { procs: PROCS, seed },
  );
  return `${totals.objects} objects and ${totals.strings} strings arrived once and as they were`;
}

export const integrity: Scenario = {
  about: 'objects and strings arrive once, and as they were',
  count: 1_000_000,
  run: main,
};
