// A replay in words: who did what to which shared word, in order.

import type { Op } from '../ops.ts';
import type { Scenario, Subject } from '../scenario.ts';
import { Kind } from '../wasm/operators.ts';
import type { Site } from '../wasm/rewrite.ts';
import type { World } from '../world/world.ts';
import { functionName } from './names.ts';
import type { Namer } from './names.ts';
import { Run } from './run.ts';
import type { Wrong } from './run.ts';
import { movesOf } from './replay.ts';

const { LOAD, NOTIFY, STORE, WAIT } = Kind;

interface Access {
  readonly site: number;
  readonly address: number;
  readonly bytes: number;
  readonly before: string;
  readonly after: string;
}

/** One line of the story, of a thread. */
interface Event {
  readonly t: number;
  readonly text?: string;
  readonly access?: Access;
}

export interface Story {
  /** What is wrong at its end, if that can be seen there: a livelock cannot. */
  readonly wrong: Wrong | undefined;
  /** A line for every call, and for every access to a word that threads share. */
  readonly text: string;
}

/** Runs the scenario in the order of the replay. */
export function explain<S>(scenario: Scenario<S>, subject: Subject, replay: string): Story {
  const run = new Run(scenario, subject, 'all', false);
  const { world, nameOf } = run;
  const { events, wrong } = follow(run, movesOf(replay, world.count));
  const shared = sharedWords(events, world.sites);
  const lines = subject.lines();
  const text = events
    .filter(({ access }) => !access || shared.has(access.address >>> 2))
    .map(({ t, text, access }) => `T${t} ${access ? describe(access, world.sites, nameOf, lines) : text}`)
    .join('\n');
  return { wrong, text };
}

function follow<S>(run: Run<S>, moves: readonly number[]): { events: Event[]; wrong: Wrong | undefined } {
  const { world, nameOf } = run;
  const events: Event[] = [];
  const say = (t: number, text: string) => events.push({ t, text });
  const callOf = ({ name, args }: Op) => `${name}(${args.map(nameOf).join(', ')})`;
  world.policy = {
    stops: () => true,
    answered(t, answer) {
      say(t, `  → ${nameOf(answer)}`);
      const { op } = world.threads[t]!.step;
      say(t, op ? callOf(op) : 'ends');
    },
    slept: (t) => say(t, '  falls asleep'),
    woke: (t, by) => say(by, `  wakes T${t}`),
  };
  const begun = new Set<number>();
  let wrong: Wrong | undefined;
  for (const move of moves) {
    const t = world.mover(move);
    const { op } = world.threads[t]!.stepOf(world.ids[t]!);
    if (!(world.moves() & (1 << move)) || !op) throw new Error(`the replay does not fit: T${t} cannot go on`);
    if (!begun.has(t)) say(t, callOf(op));
    begun.add(t);
    if (move !== t) say(t, '  its sleep ends by its time limit');
    const site = move === t ? world.site[t]! : 0;
    const { size, kind, op: verb } = world.sites[site]!;
    const address = world.address[t]! >>> 0;
    const bytes = size || (kind === NOTIFY ? 4 : world.argument[t]! >>> 0);
    const before = valueAt(world, address, bytes);
    // What a notify or a wait does comes after it in the story.
    const at = events.length;
    wrong = run.make(move);
    if (wrong) say(t, `  ${wrong.message}`);
    if (verb)
      events.splice(at, 0, {
        t,
        access: { site, address, bytes, before, after: valueAt(world, address, bytes) },
      });
    const { mark } = world.journal;
    world.journal.settle();
    world.journal.redo(mark);
  }
  return { events, wrong: wrong ?? run.judge(world.mover(moves.at(-1)!)) };
}

/** The words that several threads access, one of them to write. */
function sharedWords(events: readonly Event[], sites: readonly Site[]): Set<number> {
  const users = new Map<number, { who: Set<number>; written: boolean }>();
  for (const { t, access } of events) {
    if (!access) continue;
    const { kind } = sites[access.site]!;
    for (let word = access.address >>> 2; word <= (access.address + access.bytes - 1) >>> 2; word++) {
      const user = users.get(word) ?? { who: new Set(), written: false };
      user.who.add(t);
      user.written ||= kind !== LOAD;
      users.set(word, user);
    }
  }
  return new Set([...users].filter(([, { who, written }]) => who.size > 1 && written).map(([word]) => word));
}

function describe(
  { site, address, bytes, before, after }: Access,
  sites: readonly Site[],
  nameOf: Namer,
  lines: readonly string[] | undefined,
): string {
  const { kind, op, where } = sites[site]!;
  const place = lines?.[site] ?? '';
  const range = bytes > 8 ? `${nameOf(address)} … +${bytes}` : nameOf(address);
  const change =
    kind === LOAD || kind === WAIT ? `= ${before}` : kind === STORE ? `← ${after}` : `${before} → ${after}`;
  const what = kind === NOTIFY ? `${op} ${range}` : `${op} ${range} ${change}`;
  return `    ${what.padEnd(56)} ${functionName(where)} ${place}`.trimEnd();
}

function valueAt(world: World, address: number, bytes: number): string {
  const view = new DataView(world.words.buffer);
  if (address + bytes > view.byteLength) return '?';
  switch (bytes) {
    case 1:
      return String(view.getUint8(address));
    case 2:
      return String(view.getUint16(address, true));
    case 8:
      return String(view.getBigInt64(address, true));
    default:
      return bytes === 4 ? String(view.getInt32(address, true)) : '…';
  }
}
