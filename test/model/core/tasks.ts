// Tasks: the global queue, deques and thieves, stand-ins, and the wake-up of processors that could take one.

import {
  J_OUTCOME,
  J_RESULT,
  NEXT_TASK,
  OUTCOME_RETURNED,
  P_DEQ_HEAD,
  P_DEQ_TAIL,
  P_EPOCH,
} from '../../../assembly/layout.ts';
import { call, end, get, loop, processor, scenario, service } from '../model.ts';
import type { End, Machine, Op, Outcome, Scenario } from '../model.ts';
import { boot, goroutine, turn } from './rig.ts';
import type { Part, Proc } from './rig.ts';

interface Setup {
  procs: Proc[];
  /** Stand-ins for the tasks of the first processor. */
  standins: number[];
}

/** Processor 0 takes no tasks, as that of the main thread; the others do. */
function withWorkers(machine: Machine): Setup {
  const procs = boot(machine);
  machine.cores.slice(1).forEach((core) => core.takeTasks!(1));
  return { procs, standins: [goroutine(machine.cores[0]!), goroutine(machine.cores[0]!)] };
}

/** Ends a task at once, with its key as the result. */
function* perform(task: number, key: number): Part {
  yield call('taskStart', task);
  yield call('taskEnd', task, OUTCOME_RETURNED, key);
}

/** A processor that runs every task it gets, for ever. Its state: how many. */
const worker = (index: number, before: readonly Op[] = []) =>
  service(({ procs }: Setup) =>
    loop(0, function* (ran: number): Part<number | End> {
      const { p } = procs[index]!;
      const turnOf = processor({
        next: call('next'),
        wakeWord: p + P_EPOCH,
        before: call('sleepNow'),
        after: call('wakeUp'),
        first: ran,
        *run(count, next) {
          if (!(next & NEXT_TASK)) return end('a turn without a task');
          const task = next & ~NEXT_TASK;
          yield* perform(task, task);
          return count + 1;
        },
      });
      for (const op of before) yield op;
      return (yield* turnOf.turn(ran)) as number | End;
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

/** A worker that spins before it sleeps is not woken, and must not miss what came meanwhile. */
const spinning = scenario<Setup>({
  setup(machine) {
    const setup = withWorkers(machine);
    machine.core.init; // the machine has a core to spin on: `boot` says so
    return setup;
  },
  threads: [
    ({ procs, standins }) => spawnAndJoin(procs[0]!, standins.slice(0, 1)),
    worker(1, [call('spin', 1)]),
  ],
  check: allTold(1),
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
  check({ setup: { procs, tasks }, ends, machine }) {
    const got = (ends as number[][]).flat().filter(Boolean);
    const left = procs.reduce(
      (sum, { p }) => sum + machine.get(p + P_DEQ_TAIL) - machine.get(p + P_DEQ_HEAD),
      0,
    );
    const known = got.every((next) => tasks.includes(next & ~NEXT_TASK));
    if (!known || new Set(got).size !== got.length) return `got ${got.join()}`;
    return got.length + left === tasks.length ? undefined : `${got.length} taken, ${left} left`;
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
    forgot === nobody ? undefined : `forgot ${forgot}, nobody waits ${nobody}`,
});

export const tasks: Readonly<Record<string, Scenario<unknown>>> = {
  'tasks: one, two workers': oneTask,
  'tasks: two, one worker': twoTasks,
  'tasks: a worker that spins': spinning,
  'tasks: stolen': stolen,
  'tasks: forgotten': forgotten,
};
