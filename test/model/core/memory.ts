// The payload heap, pages and processor blocks: nothing is given out twice, and nothing gets lost.

import {
  HEADER_LIMIT,
  HEADER_PS,
  HEADER_PAGES,
  PAGE,
  PROC_FREE,
  PTABLE,
  P_PAGES,
  P_STATE,
} from '../../../assembly/layout.ts';
import { call, scenario } from '../model.ts';
import type { Scenario } from '../model.ts';
import { boot } from './rig.ts';
import type { Part } from './rig.ts';

/** Blocks of the largest class that processors keep: two a page, so that lists and caches move with every one. */
const LARGE = 20_000;
/** Of a class without caches. */
const HUGE = 40_000;

function* alloc(sizes: readonly number[]): Part<number[]> {
  const blocks: number[] = [];
  for (const size of sizes) blocks.push(yield call('blockAlloc', size));
  return blocks;
}

/** What is wrong with blocks that are all in use. */
function overlap(blocks: readonly number[], size: number): string | undefined {
  const sorted = [...blocks].sort((a, b) => a - b);
  if (sorted.some((block) => block === 0)) return 'no memory';
  return sorted.some((block, i) => i > 0 && block < sorted[i - 1]! + size)
    ? `overlap: ${sorted.join()}`
    : undefined;
}

/** Two processors allocate: each page of the class gives one block to the other. */
const twoAllocate = scenario({
  setup: (machine) => ({ procs: boot(machine) }),
  threads: [0, 1].map(() => () => alloc([LARGE, LARGE])),
  check: ({ ends }) => overlap((ends as number[][]).flat(), LARGE),
});

/** One frees what the other had, who allocates again: blocks go round. */
const freed = scenario({
  setup(machine) {
    const procs = boot(machine);
    const blocks = [0, 1, 2, 3].map(() => machine.cores[1]!.blockAlloc!(LARGE));
    return { procs, blocks, pages: machine.get(HEADER_PAGES) };
  },
  threads: [
    function* ({ blocks }) {
      for (const block of blocks) yield call('blockFree', block);
    },
    () => alloc([LARGE, LARGE]),
  ],
  check({ setup: { blocks }, ends, machine: { cores } }) {
    const found = ends[1] as number[];
    // All that was freed can be had again, and all are different.
    const rest = blocks.map((_, i) => cores[i % 2]!.blockAlloc!(LARGE));
    return overlap([...found, ...rest], LARGE);
  },
});

const huge = scenario({
  setup(machine) {
    const procs = boot(machine);
    return { procs, block: machine.cores[0]!.blockAlloc!(HUGE) };
  },
  threads: [
    function* ({ block }) {
      yield call('blockFree', block);
      return yield* alloc([HUGE]);
    },
    () => alloc([HUGE]),
  ],
  check: ({ ends }) => overlap((ends as number[][]).flat(), HUGE),
});

/** One page is left and two want it. */
const lastPage = scenario({
  setup(machine) {
    boot(machine);
    machine.set(HEADER_LIMIT, machine.get(HEADER_PAGES) + 1);
    return {};
  },
  threads: [0, 1].map(() => () => alloc([HUGE])),
  check({ ends, machine }) {
    const got = (ends as number[][]).flat().filter(Boolean);
    if (machine.get(HEADER_PAGES) !== machine.get(HEADER_LIMIT)) return 'pages do not add up';
    return got.length === 1 ? undefined : `${got.length} got it`;
  },
});

/** Two new processors: each has its own block, and its own place in the table. */
const newProcessors = scenario({
  setup(machine) {
    boot(machine);
    return {};
  },
  threads: [0, 1].map(
    () =>
      function* (): Part<number> {
        return yield call('procNew');
      },
  ),
  check({ ends, machine }) {
    const table = [0, 1, 2, 3].map((i) => machine.get(PTABLE + 4 * i));
    if (machine.get(HEADER_PS) !== 4 || new Set(table).size !== 4) return `the table holds ${table.join()}`;
    return (ends as number[]).every((block) => table.includes(block)) ? undefined : 'not in the table';
  },
});

/** Two threads want a processor; one that is free is taken by one of them. */
const processors = scenario({
  setup(machine) {
    boot(machine);
    const free = machine.core.procNew!();
    machine.set(free + P_STATE, PROC_FREE);
    return { free, pages: machine.get(HEADER_PAGES) };
  },
  threads: [0, 1].map(
    () =>
      function* (): Part<number> {
        return yield call('procNew');
      },
  ),
  check({ setup: { free, pages }, ends, machine }) {
    const [one, two] = ends as [number, number];
    if (one === two || (one !== free && two !== free)) return `they got ${one} and ${two}`;
    if (machine.get(HEADER_PAGES) !== pages + P_PAGES) return 'a block too many';
    const table = [0, 1, 2, 3].map((i) => machine.get(PTABLE + 4 * i));
    return table.includes(one) && table.includes(two) && one % PAGE === 0 ? undefined : 'not in the table';
  },
});

export const memory: Readonly<Record<string, Scenario<unknown>>> = {
  'memory: two allocate': twoAllocate,
  'memory: freed by another': freed,
  'memory: huge blocks': huge,
  'memory: the last page': lastPage,
  'memory: new processors': newProcessors,
  'memory: a free processor': processors,
};
