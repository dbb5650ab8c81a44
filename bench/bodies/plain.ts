/** Four of the benchmarks on the channel of baseline.ts; each answers how many values it moved. */
import { PlainChan, runAll, spawn } from '../baseline.ts';
import { CALLS_PER_SCHED } from '../bench.ts';

type Plain = Generator<void, void, unknown>;

const C = 100;

export function plainUncontended(n: number): number {
  let got = 0;
  spawn(
    (function* (): Plain {
      const ch = new PlainChan(C);
      for (let op = 0; op < n; op++) {
        for (let i = 0; i < C; i++) if (!ch.send(1)) yield;
        for (let i = 0; i < C; i++) got += (ch.recv() ? ch.got : yield) as number;
      }
    })(),
  );
  runAll();
  return got;
}

export function plainSync(n: number): number {
  const ch = new PlainChan(0);
  let left = n / CALLS_PER_SCHED;
  let got = 0;
  function* partner(): Plain {
    while (left > 0) {
      const receiveFirst = --left % 2 === 0;
      for (let i = 0; i < CALLS_PER_SCHED; i++) {
        if (receiveFirst) {
          got += (ch.recv() ? ch.got : yield) as number;
          if (!ch.send(1)) yield;
        } else {
          if (!ch.send(1)) yield;
          got += (ch.recv() ? ch.got : yield) as number;
        }
      }
    }
  }
  spawn(partner());
  spawn(partner());
  runAll();
  return got;
}

export function plainProdCons(capacity: number): (n: number) => number {
  return (n) => {
    const ch = new PlainChan(capacity);
    let got = 0;
    function* produce(): Plain {
      for (let i = 0; i < n; i++) if (!ch.send(1)) yield;
      if (!ch.send(0)) yield;
    }
    function* consume(): Plain {
      while ((ch.recv() ? ch.got : yield) === 1) got++;
    }
    spawn(produce());
    spawn(consume());
    runAll();
    return got;
  };
}
