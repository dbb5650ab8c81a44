import { test } from 'vitest';
import { subjects } from './build/cores.ts';
import { search } from './search/index.ts';
import { call, fixture, scenario } from './model.ts';
import type { Op } from './model.ts';
const D = 0x10000;
const dq = (push: number, thieves: number, steals: number) => scenario({ setup({core}) { core.dequeInit!(D, 4); return {}; },
  threads: [function* () { for (let i=1;i<=push;i++) yield call('push', D, i); for (let i=1;i<=push;i++) yield call('pop', D); },
   ...Array.from({length: thieves}, () => function* (): Generator<Op, unknown, number> { for (let i=0;i<steals;i++) yield call('steal', D); })], maxStates: 3e6 });
test('perf', async () => {
  const [s] = await subjects(fixture, [undefined]);
  for (const [a,b,c] of [[2,1,2],[4,2,2],[3,3,2]] as const) for (const p of ['atomics','all'] as const) {
    const r = search(dq(a,b,c), s!, p); console.log(a,b,c,p,r.states,r.transitions,r.passes,r.complete,r.failure?.fault,Math.round(r.ms),Math.round(r.transitions/r.ms)+'k/s'); }
}, 300000);
