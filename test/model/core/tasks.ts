// Tasks: the global queue, deques and thieves, stand-ins, and the wake-up of processors that could take one.

import {
  DEQUE_SLOTS,
  J_OUTCOME,
  J_RESULT,
  NEXT_TASK,
  OUTCOME_RETURNED,
  P_DEQ_HEAD,
  P_DEQ_TAIL,
} from '../../../assembly/layout.ts';
import { atomicAdd, atomicGet, call, end, get, loop, notify, scenario, service, wait } from '../model.ts';
import type { End, Machine, Outcome, Scenario } from '../model.ts';
import { boot, goroutine, rest, turn } from './rig.ts';
import type { Part, Proc } from './rig.ts';

interface Setup {
  procs: Proc[];
  /** Goroutines of the first processor, to stand in for tasks. */
  standins: number[];
  /** A word: how many tasks have started. */
  started: number;
  /** A task that worker 1 has begun. */
  early?: number;
}

/** Processor 0 takes no tasks, as that of the main thread; the others do. */
function withWorkers(machine: Machine): Setup {
  const procs = boot(machine);
  machine.cores.slice(1).forEach((core) => core.takeTasks!(1));
  const standins = [0, 1].map(() => goroutine(machine.cores[0]!));
  const started = machine.core.blockAlloc!(8);
  machine.set(started, 0);
  return { procs, standins, started };
}

/** Waits until the word is as large. */
function* atLeast(word: number, wanted: number): Part {
  for (let now; (now = yield atomicGet(word)) < wanted;) yield wait(word, now);
}

interface Habits {
  /** Looks for work once more before it sleeps. */
  readonly looks?: boolean;
  /** Ends no task before so many have started. */
  readonly until?: number;
  /** Has begun a task already, and ends it after it has looked for another. */
  readonly holds?: boolean;
}

/** A processor that runs every task it gets, for ever. Its state: how many. */
const worker = (index: number, { looks, until, holds }: Habits = {}) =>
  service(({ procs, started, early }: Setup) =>
    loop(holds ? -1 : 0, function* (ran: number): Part<number | End> {
      const next = yield call('next');
      if (ran < 0) {
        yield call('taskEnd', early!, OUTCOME_RETURNED, early!);
        ran = 1;
        if (!next) return ran;
      }
      if (!next) {
        if (!looks || !(yield call('spin', 1))) yield* rest(procs[index]!.p);
        return ran;
      }
      if (!(next & NEXT_TASK)) return end('a turn without a task');
      const task = next & ~NEXT_TASK;
      yield call('taskStart', task);
      if (until) {
        yield atomicAdd(started, 1);
        yield notify(started, -1);
        yield* atLeast(started, until);
      }
      yield call('taskEnd', task, OUTCOME_RETURNED, task);
      return ran + 1;
    }),
  );

/** Starts tasks and waits for their ends: the outcomes that their stand-ins were told, right or wrong. */
function* spawnAndJoin(proc: Proc, standins: readonly number[]): Part<boolean[]> {
  const tasks: number[] = [];
  for (const g of standins) tasks.push(yield call('taskNew', g, 1, 0, 0, 0));
  const told: boolean[] = [];
  for (let i = 0; i < tasks.length; i++) {
    const g = yield* turn(proc);
    const task = tasks[standins.indexOf(g)]!;
    const outcome = yield get(task + J_OUTCOME);
    const result = yield get(task + J_RESULT);
    told.push(outcome === OUTCOME_RETURNED && result === task);
    yield call('taskFree', task);
  }
  return told;
}

const allTold = (count: number) => (outcome: Outcome<Setup>) => {
  const [told, ...ran] = outcome.ends as [boolean[], ...number[]];
  const sum = ran.reduce((a, b) => a + b, 0);
  if (sum !== count) return `${sum} tasks ran`;
  return told.every(Boolean) ? undefined : 'a wrong outcome';
};

const oneTask = scenario<Setup>({
  setup: withWorkers,
  threads: [({ procs, standins }) => spawnAndJoin(procs[0]!, standins.slice(0, 1)), worker(1), worker(2)],
  check: allTold(1),
});

const twoTasks = scenario<Setup>({
  setup: withWorkers,
  threads: [({ procs, standins }) => spawnAndJoin(procs[0]!, standins), worker(1)],
  check: allTold(2),
});

/** A worker that looks for work before it sleeps is not woken, and must not miss what came meanwhile. */
const spinning = scenario<Setup>({
  setup: withWorkers,
  threads: [
    ({ procs, standins }) => spawnAndJoin(procs[0]!, standins.slice(0, 1)),
    worker(1, { looks: true }),
  ],
  check: allTold(1),
});

/** Two tasks that wait for each other, and two workers: nobody sleeps while there is a task. */
const atOnce = (looks: boolean) =>
  scenario<Setup>({
    setup(machine) {
      const setup = withWorkers(machine);
      for (const g of setup.standins) machine.cores[0]!.taskNew!(g, 1, 0, 0, 0);
      return setup;
    },
    // The first processor has done its part.
    threads: [function* () {}, worker(1, { looks, until: 2 }), worker(2, { until: 2 })],
    check({ ends: [, one, two] }) {
      return one === 1 && two === 1 ? undefined : `${String(one)} and ${String(two)} tasks ran`;
    },
  });

/** The same, and both tasks come while one looks for work: nobody else is woken then, until it has found the first. */
const atOnceAndLate = scenario<Setup>({
  bound: { preemptions: 2 },
  setup(machine) {
    const setup = withWorkers(machine);
    machine.core.procNew!(); // with one processor more, one worker does not take both
    return setup;
  },
  threads: [
    function* ({ standins }) {
      for (const g of standins) yield call('taskNew', g, 1, 0, 0, 0);
    },
    worker(1, { looks: true, until: 2 }),
    worker(2, { until: 2 }),
  ],
  check({ ends: [, one, two] }) {
    return one === 1 && two === 1 ? undefined : `${String(one)} and ${String(two)} tasks ran`;
  },
});

/** One worker has a task already, so it leaves the next to the other: it must not leave it to nobody. */
const left = (count: number, looks: boolean, preemptions: number) =>
  scenario<Setup>({
    bound: { preemptions },
    setup(machine) {
      const setup = withWorkers(machine);
      const early = machine.cores[0]!.taskNew!(goroutine(machine.cores[0]!), 1, 0, 0, 0);
      machine.cores[1]!.next!();
      machine.cores[1]!.taskStart!(early);
      return setup;
    },
    threads: [
      function* ({ standins }) {
        for (const g of standins.slice(0, count)) yield call('taskNew', g, 1, 0, 0, 0);
      },
      worker(1, { looks }),
      worker(2),
    ],
    check({ ends: [, one, two] }) {
      return Number(one) + Number(two) === count ? undefined : `${String(one)} and ${String(two)} tasks ran`;
    },
  });

/** The same, and the task that it had ends meanwhile. */
const leftAtEnd = scenario<Setup>({
  bound: { preemptions: 3 },
  setup(machine) {
    const setup = withWorkers(machine);
    const early = machine.cores[0]!.taskNew!(goroutine(machine.cores[0]!), 1, 0, 0, 0);
    machine.cores[1]!.next!();
    machine.cores[1]!.taskStart!(early);
    return { ...setup, early };
  },
  threads: [
    function* ({ standins }) {
      yield call('taskNew', standins[0]!, 1, 0, 0, 0);
    },
    worker(1, { holds: true }),
    worker(2),
  ],
  check: ({ ends: [, one, two] }) =>
    Number(one) + Number(two) === 2 ? undefined : `${String(one)} and ${String(two)} tasks ran`,
});

/** A worker that has started a task and then is busy: another worker is woken for it, not just anybody. */
const busySpawner = scenario<Setup>({
  setup(machine) {
    const setup = withWorkers(machine);
    return { ...setup, standins: [goroutine(machine.cores[1]!)] };
  },
  threads: [
    service(({ procs }) =>
      loop(0, function* (): Part<number | End> {
        yield* turn(procs[0]!);
        return end('a turn of a processor that takes no tasks');
      }),
    ),
    function* ({ standins, started }) {
      yield call('taskNew', standins[0]!, 1, 0, 0, 0);
      yield* atLeast(started, 1);
    },
    worker(2, { until: 1 }),
  ],
  check: ({ ends: [idle, , ran] }) =>
    ran === 1 && idle === 0 ? undefined : `${String(ran)} ran, ${String(idle)}`,
});

/** One fills its deque, the other steals from it. */
const stolen = scenario({
  setup(machine) {
    const procs = boot(machine);
    machine.cores.forEach((core) => core.takeTasks!(1));
    const standins = [0, 1, 2].map(() => goroutine(machine.cores[0]!));
    const tasks = standins.map((g) => machine.cores[0]!.taskNew!(g, 1, 0, 0, 0));
    return { procs, tasks };
  },
  threads: [
    function* () {
      const first = yield call('next');
      return [first, yield call('next')];
    },
    function* () {
      const first = yield call('next');
      return [first, yield call('next')];
    },
  ],
  check: ({ setup: { procs, tasks }, ends, machine }) =>
    conserved(procs, tasks, (ends as number[][]).flat(), machine),
});

/** What `next` has answered are different ones of the tasks, and the others are still in a deque. */
function conserved(procs: Proc[], tasks: number[], turns: number[], machine: Machine): string | undefined {
  const got = turns.filter(Boolean);
  const left = procs.reduce(
    (sum, { p }) => sum + machine.get(p + P_DEQ_TAIL) - machine.get(p + P_DEQ_HEAD),
    0,
  );
  const known = got.every((next) => tasks.includes(next & ~NEXT_TASK));
  if (!known || new Set(got).size !== got.length) return `got ${got.join()}`;
  return got.length + left === tasks.length ? undefined : `${got.length} taken, ${left} left`;
}

/** The owner of a deque appends to it while another takes from it. */
const pushed = scenario({
  setup(machine) {
    const procs = boot(machine);
    machine.cores.forEach((core) => core.takeTasks!(1));
    return { procs, standins: [0, 1].map(() => goroutine(machine.cores[0]!)) };
  },
  threads: [
    function* ({ standins }) {
      const tasks: number[] = [];
      for (const g of standins) tasks.push(yield call('taskNew', g, 1, 0, 0, 0));
      return tasks;
    },
    function* () {
      const first = yield call('next');
      return [first, yield call('next')];
    },
  ],
  check({ setup: { procs }, ends, machine }) {
    const [tasks, got] = ends as [number[], number[]];
    return conserved(procs, tasks, got, machine);
  },
});

/** A deque that is full: its owner moves tasks to the global queue while a thief takes half of them. */
const full = scenario({
  bound: { preemptions: 2 },
  setup(machine) {
    const procs = boot(machine);
    machine.cores.forEach((core) => core.takeTasks!(1));
    const spawn = () => machine.cores[0]!.taskNew!(goroutine(machine.cores[0]!), 1, 0, 0, 0);
    const tasks = Array.from({ length: DEQUE_SLOTS }, spawn);
    return { procs, count: tasks.length, standins: [0, 1].map(() => goroutine(machine.cores[0]!)) };
  },
  threads: [
    function* ({ standins }) {
      for (const g of standins) yield call('taskNew', g, 1, 0, 0, 0);
    },
    function* () {
      return yield call('next');
    },
  ],
  check({ setup: { procs, count }, ends, machine }) {
    // Whoever looks for tasks from now on finds every other one, once; who has more than others leaves it to them.
    const found = new Set([ends[1] as number]);
    for (let idle = 0, turns = 0; idle < machine.cores.length; turns++) {
      const next = machine.cores[turns % machine.cores.length]!.next!();
      idle = next ? 0 : idle + 1;
      if (found.has(next)) return `${next} twice`;
      if (next) found.add(next);
    }
    const left = procs.reduce(
      (sum, { p }) => sum + machine.get(p + P_DEQ_TAIL) - machine.get(p + P_DEQ_HEAD),
      0,
    );
    return found.size === count + 2 && left === 0 ? undefined : `${found.size} tasks, ${left} left`;
  },
});

/** The spawner gives up while the task ends: it is told the outcome, or the runner that nobody waits. */
const forgotten = scenario({
  setup(machine) {
    const setup = withWorkers(machine);
    const task = machine.cores[0]!.taskNew!(setup.standins[0]!, 1, 0, 0, 0);
    machine.cores[1]!.next!();
    machine.cores[1]!.taskStart!(task);
    return { ...setup, task };
  },
  threads: [
    function* ({ procs, standins, task }) {
      const forgot = yield call('taskForget', task);
      if (forgot) yield call('exit', standins[0]!);
      else {
        if ((yield* turn(procs[0]!)) !== standins[0]) return 'somebody else was woken';
        yield call('taskFree', task);
      }
      return forgot;
    },
    function* ({ task }) {
      return yield call('taskEnd', task, OUTCOME_RETURNED, 9);
    },
  ],
  check: ({ ends: [forgot, nobody] }) =>
    forgot === nobody ? undefined : `forgot ${String(forgot)}, nobody waits ${String(nobody)}`,
});

export const tasks: Readonly<Record<string, Scenario<unknown>>> = {
  'tasks: one, two workers': oneTask,
  'tasks: two, one worker': twoTasks,
  'tasks: a worker that spins': spinning,
  'tasks: at once': atOnce(false),
  'tasks: at once, one looks': atOnce(true),
  'tasks: at once, while one looks': atOnceAndLate,
  'tasks: left to another': left(1, true, 3),
  'tasks: two left to another': left(2, false, 2),
  'tasks: left to another, while one ends': leftAtEnd,
  'tasks: while the spawner is busy': busySpawner,
  'tasks: stolen': stolen,
  'tasks: pushed while stolen': pushed,
  'tasks: a full deque': full,
  'tasks: forgotten': forgotten,
};
