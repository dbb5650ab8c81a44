/**
 * npm run stress -- <scenario> [--count <n>] [--seconds <n>] [--seed <n>]
 *
 * Programs with random parts over several threads, which check what has come of everything. The bundle of this program is
 * also what every thread of the library imports, to find the tasks of the scenarios.
 */
import { inspect, parseArgs } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { beats } from './beats.ts';
import { memory } from './memory.ts';
import { dump } from './harness/core.ts';
import type { Context, Scenario } from './harness/scenario.ts';
import * as threads from './harness/threads.ts';
import { guard, isWatchdog, startWatchdog } from './harness/watchdog.ts';
import { idle } from './idle.ts';
import { integrity } from './integrity.ts';
import { kills } from './kills.ts';
import { random } from './random.ts';

const scenarios: Record<string, Scenario> = { integrity, random, kills, memory, idle, beats };

// Not awaited: Node 20 aborts when a thread is ended while it evaluates a module that awaits at its top level.
if (isMainThread) void main();
else if (isWatchdog()) void guard();

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { count: { type: 'string' }, seconds: { type: 'string' }, seed: { type: 'string' } },
  });
  const [name = ''] = positionals;
  const scenario = scenarios[name];
  if (scenario === undefined || positionals.length > 1) {
    const list = Object.entries(scenarios).map(([key, { about }]) => `  ${key.padEnd(10)} ${about}`);
    console.error(
      `usage: npm run stress -- <scenario> [--count <n>] [--seconds <n>] [--seed <n>]\n${list.join('\n')}`,
    );
    process.exit(2);
  }
  const number = (option: keyof typeof values, otherwise: number): number => {
    const value = values[option] === undefined ? otherwise : Number(values[option]);
    if (Number.isSafeInteger(value) && value >= 0) return value;
    console.error(`--${option} must be a natural number, not ${values[option]}`);
    process.exit(2);
  };
  const seed = number('seed', Math.floor(Math.random() * 2 ** 31));
  const count = number('count', scenario.count ?? 0);
  const seconds = number('seconds', scenario.seconds ?? 0);
  const size = [scenario.count && ` --count ${count}`, scenario.seconds && ` --seconds ${seconds}`];
  const replay = `npm run stress -- ${name}${size.filter(Boolean).join('')} --seed ${seed}`;
  console.log(replay);

  const watchdog = startWatchdog(import.meta.url, replay);
  threads.watchThreads((m) => watchdog.show(m));
  const begun = performance.now();
  try {
    const figures = await scenario.run({ seed, count, seconds, ...liveLine(watchdog.step) });
    process.stderr.write(process.stderr.isTTY ? '\r\x1b[K' : '');
    console.log(`ok ${name}: ${figures}; ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  } catch (error) {
    const all = threads.memory === undefined ? '' : `\n${dump(threads.memory)}`;
    console.error(`\nfailed: ${inspect(error)}${all}\nagain: ${replay}`);
    process.exit(1);
  }
}

/** On a terminal one line that changes; elsewhere one now and then. */
function liveLine(step: () => void): Pick<Context, 'live' | 'step' | 'say'> {
  const { isTTY } = process.stderr;
  const every = isTTY ? 100 : 5000;
  let last = performance.now();
  return {
    step,
    live(text) {
      step();
      if (performance.now() - last < every) return;
      last = performance.now();
      process.stderr.write(isTTY ? `\r\x1b[K${text}` : `${text}\n`);
    },
    say(text) {
      step();
      process.stderr.write(isTTY ? '\r\x1b[K' : '');
      console.log(text);
    },
  };
}
