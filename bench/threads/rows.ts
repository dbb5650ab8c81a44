/** The benchmarks across threads, in the order of the table. What one op is stands at each body. */
import type { ThreadBench } from './bench.ts';
import * as multithreading from './multithreading.ts';
import {
  dispatch,
  MANY,
  ours,
  pingPong,
  pingPongBusy,
  stream,
  streamMany,
  streamToMain,
  streamWide,
} from './ours.ts';
import { dupes, mandelbrot, twoMandelbrots } from './programs.ts';
import { beatsAlone, beatsBesideTasks, beatsBesideWorkers, idle } from './quiet.ts';
import { piscina, pool, ports, tinypool, workerpool } from './rivals.ts';

const roundTrip = (ns: number): string =>
  `one op is a round trip; ours goes one way in ${Math.round(ns / 2)} ns`;

export const threadBenches: readonly ThreadBench[] = [
  {
    name: 'task-dispatch',
    unit: 'ns',
    entrants: [
      { name: 'ours', measure: ours(dispatch, 2) },
      { name: 'piscina', measure: pool(piscina), times: 30 },
      { name: 'tinypool', measure: pool(tinypool), times: 30 },
      { name: 'workerpool', measure: pool(workerpool), times: 30 },
    ],
    note: () => 'a task that does nothing, 100 in flight, two workers',
  },
  {
    name: 'stream-100',
    unit: 'ns',
    entrants: [
      { name: 'ours', measure: ours(stream, 2) },
      { name: 'MessageChannel', measure: ports('produce', 'consume'), times: 4 },
      { name: 'multithreading', measure: multithreading.stream, times: 20 },
    ],
    note: () => 'a number from worker to worker, at most 100 under way',
  },
  {
    name: 'stream-100-to-main',
    unit: 'ns',
    entrants: [
      { name: 'ours', measure: ours(streamToMain, 1) },
      { name: 'MessageChannel', measure: ports('produce', 'consume', true), times: 4 },
      { name: 'multithreading', measure: multithreading.streamToMain, times: 20 },
    ],
    note: () => 'a number from a worker to the main thread, at most 100 under way',
  },
  {
    name: 'stream-many',
    unit: 'ns',
    entrants: [
      { name: 'ours, many at once', measure: ours(streamMany, 2, { step: MANY }) },
      { name: 'ours, one by one', measure: ours(streamWide, 2), times: 20 },
    ],
    note: () =>
      `a number of ${MANY} in one sendMany and recvMany, from worker to worker, at most ${MANY} under way`,
  },
  {
    name: 'ping-pong',
    unit: 'ns',
    entrants: [
      { name: 'ours', measure: ours(pingPong, 2) },
      { name: 'MessageChannel', measure: ports('ping', 'pong') },
      { name: 'multithreading', measure: multithreading.pingPong },
    ],
    note: roundTrip,
  },
  {
    name: 'ping-pong-busy',
    unit: 'ns',
    atMost: 2000,
    entrants: [{ name: 'ours', measure: ours(pingPongBusy, 2) }],
    note: roundTrip,
  },
  {
    name: 'mandelbrot',
    unit: 'ms',
    entrants: [
      { name: 'ours, procs 2', measure: mandelbrot(2) },
      { name: 'ours, procs 1', measure: mandelbrot(1), times: 1.8 },
      { name: 'two programs at once', measure: twoMandelbrots() },
    ],
    note: () => 'two programs, each with one processor: what the machine gains by its second core, a picture',
  },
  {
    name: 'dupes',
    unit: 'ms',
    entrants: [
      { name: 'ours, procs 2', measure: dupes(2) },
      { name: 'ours, procs 1', measure: dupes(1), times: 1.8 },
    ],
    note: () => '1.5 GB in 48 files without content',
  },
  {
    name: 'idle',
    unit: '%',
    atMost: 1,
    rounds: 1,
    entrants: [{ name: 'ours', measure: idle }],
    note: () => 'of one core, while 400 goroutines on four processors sleep for 10 s',
  },
  {
    name: 'main-thread-beats',
    unit: '%',
    atLeast: 90,
    rounds: 1,
    entrants: [
      { name: 'ours', measure: beatsBesideTasks },
      { name: 'plain workers', measure: beatsBesideWorkers },
      { name: 'nothing else', measure: beatsAlone },
    ],
    note: () => 'that an interval of 10 ms keeps while two workers compute without a pause',
  },
];
