/** The benchmarks, in the order of the table. What one op is stands at each body. */
import { type Bench, CALLS_PER_SCHED } from './bench.ts';
import * as channels from './bodies/channels.ts';
import * as contexts from './bodies/contexts.ts';
import * as goroutines from './bodies/goroutines.ts';
import { plainProdCons, plainSync, plainUncontended } from './bodies/plain.ts';
import { prodCons, selectProdCons } from './bodies/prodcons.ts';
import { chanSync } from './bodies/rendezvous.ts';
import * as select from './bodies/select.ts';
import * as sync from './bodies/sync.ts';
import * as timers from './bodies/timers.ts';

/** The rest of a row whose name is that of Go's benchmark. */
type Row = Omit<Bench, 'name' | 'go'> & Partial<Bench['go']>;

function row(name: string, { package: from = 'runtime', pattern, ...rest }: Row): Bench {
  return { name, go: { package: from, pattern: pattern ?? `^Benchmark${name}$` }, ...rest };
}

const step = CALLS_PER_SCHED;
const note = "Go's compiler reduces the local work to an empty loop, V8 does it: mostly that is compared";
const lazy =
  'a context is linked to its parent, and has a timer, only when somebody waits: CancelTreeDone has that';
const hundredfold = (n: number): number => 100 * n;

export const benches: readonly Bench[] = [
  row('ChanSync', { body: chanSync(0), step: 2 * step, baseline: plainSync, target: 1 }),
  row('ChanProdCons0', { body: prodCons(0, 0), step, baseline: plainProdCons(0), target: 1 }),
  row('ChanProdCons10', { body: prodCons(10, 0), step }),
  row('ChanProdCons100', { body: prodCons(100, 0), step, baseline: plainProdCons(100), target: 1.3 }),
  row('ChanUncontended', {
    body: channels.chanUncontended,
    count: hundredfold,
    baseline: plainUncontended,
    target: 1.3,
  }),
  row('ChanContended', { body: channels.chanUncontended, count: hundredfold }),
  row('ChanSyncWork', { body: chanSync(1000), step: 2 * step, note }),
  row('ChanProdConsWork0', { body: prodCons(0, 100), step, note }),
  row('ChanProdConsWork10', { body: prodCons(10, 100), step, note }),
  row('ChanProdConsWork100', { body: prodCons(100, 100), step, note }),
  row('ChanNonblocking', { body: channels.chanNonblocking }),
  row('ChanClosed', { body: channels.chanClosed }),
  row('ChanSem', { body: channels.chanSem }),
  row('ChanCreation', { body: channels.chanCreation }),
  row('MakeChan/Int', { body: channels.makeChan, pattern: '^BenchmarkMakeChan$/^Int$' }),
  // The channel holds all the items, so their number is bounded by what memory is fit to hold.
  row('ReceiveDataFromClosedChan', { body: channels.receiveDataFromClosedChan, max: 1_000_000 }),

  row('SelectUncontended', { body: select.selectUncontended, target: 2 }),
  row('SelectSyncContended', { body: select.selectSyncContended }),
  row('SelectAsyncContended', { body: select.selectUncontended }),
  row('SelectNonblock', { body: select.selectNonblock, count: (n) => 4 * n - 1 }),
  row('SelectProdCons', { body: selectProdCons, step, note }),
  row('ChanPopular', { body: select.chanPopular, count: (n) => select.LISTENERS * n }),

  row('CreateGoroutines', { body: goroutines.createGoroutines }),
  // Go preempts the producer every 10 ms, so there too no more than some ten thousand goroutines pile up.
  row('CreateGoroutinesSingle', { body: goroutines.createGoroutinesSingle, max: 50_000 }),
  row('CreateGoroutinesCapture', {
    body: goroutines.createGoroutinesCapture,
    count: (n) => goroutines.CLOSURES * n,
  }),
  row('spawn-and-join', {
    body: goroutines.spawnAndJoin,
    package: 'sync',
    pattern: '^BenchmarkWaitGroupActuallyWait$',
    target: 1,
  }),
  row('PingPongHog', {
    body: goroutines.pingPongHog,
    count: (n) => 2 * n,
    note: "the hog gives way after each poll; Go's is preempted, and so runs more rarely",
  }),

  row('MutexUncontended', { body: sync.mutexUncontended, package: 'sync', target: 3 }),
  row('RWMutexUncontended', { body: sync.rwMutexUncontended, package: 'sync' }),
  row('RWMutexWrite100', { body: sync.rwMutexWrite(100), package: 'sync' }),
  row('RWMutexWrite10', { body: sync.rwMutexWrite(10), package: 'sync' }),
  row('WaitGroupUncontended', { body: sync.waitGroupUncontended, package: 'sync' }),
  row('WaitGroupAddDone', { body: sync.waitGroupAddDone, package: 'sync' }),
  row('WaitGroupWait', { body: sync.waitGroupWait, package: 'sync' }),
  row('WaitGroupActuallyWait', { body: sync.waitGroupActuallyWait, package: 'sync' }),
  row('Once', { body: sync.once, package: 'sync' }),
  row('Cond1', { body: sync.cond(1), package: 'sync' }),
  row('Cond8', { body: sync.cond(8), package: 'sync' }),
  row('Cond32', { body: sync.cond(32), package: 'sync' }),
  row('Pool', { body: sync.pool, package: 'sync' }),
  row('PoolOverflow', { body: sync.poolOverflow, package: 'sync', count: hundredfold }),

  ...[1, 10, 100, 1000].map((depth) =>
    row(`CancelTree/depth=${depth}`, {
      body: contexts.cancelTree(depth),
      package: 'context',
      pattern: `^BenchmarkCancelTree$/^depth=${depth}$/^Root=OpenCanceler$`,
      note: lazy,
    }),
  ),
  row('CancelTreeDone', { body: contexts.cancelTreeDone, package: 'own' }),
  row('CommonParentCancel', { body: contexts.commonParentCancel, package: 'context', note: lazy }),
  row('WithTimeout/concurrency=40', {
    body: contexts.timeouts,
    package: 'context',
    pattern: '^BenchmarkWithTimeout$/^concurrency=40$',
    note: lazy,
  }),
  row('ErrOK', { body: contexts.errOK, package: 'context' }),
  row('ContextCancelDone', { body: contexts.cancelDone, package: 'context' }),

  ...[1, 1000, 1_000_000].flatMap((others) => [
    row(`TimerStartStop/pending=${others}`, {
      body: timers.startStop(others),
      package: 'own',
      pattern: `^BenchmarkTimerStartStop$/^pending=${others}$`,
      target: 2,
    }),
    row(`TimerReset/pending=${others}`, {
      body: timers.reset(others),
      package: 'own',
      pattern: `^BenchmarkTimerReset$/^pending=${others}$`,
      target: 2,
    }),
  ]),
];
