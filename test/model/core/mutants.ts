// Bugs that the core could have, each a small change of its source. The scenarios must find every one: that is what
// says that they look at the places that matter.

import type { Mutant } from '../cores/compile.ts';

const of = (name: string, from: string, to: string, ...more: [from: string, to: string][]): Mutant => ({
  file: `assembly/${name}.ts`,
  edits: [[from, to], ...more],
});

/** For a patch that needs one more of the accessors. */
const also = (name: string): [string, string] => [` } from './memory'`, `, ${name} } from './memory'`];

export const mutants: Readonly<Record<string, Mutant>> = {
  'lock: looked at and taken in two steps': of(
    'lock',
    'while (atomicCas(object + LOCK, 0, p)) pause();',
    'while (atomicGet(object + LOCK)) pause();\n  atomicSet(object + LOCK, p);',
  ),
  'select: locks in the order of the cases': of(
    'lockall',
    '(at - 1) << 2) > object) at--',
    '(at - 1) << 2) < 0) at--',
  ),
  'claim: looked at and changed in two steps': of(
    'fire',
    'if (atomicCas(get(w, W_G) + G_STATUS, G_WAITING, G_CLAIMED) == G_WAITING) return true;',
    'if (atomicGet(get(w, W_G) + G_STATUS) == G_WAITING) {\n    atomicSet(get(w, W_G) + G_STATUS, G_CLAIMED);\n    return true;\n  }',
    also('atomicSet'),
  ),
  'claim: of the own processor, without looking': of(
    'park',
    '!(get(g, G_SELECT) & SELECT_SHARED) || atomicCas(g + G_STATUS, G_WAITING, G_CLAIMED) == G_WAITING',
    '!(get(g, G_SELECT) & SELECT_SHARED) || atomicGet(g + G_STATUS) == G_WAITING',
    also('atomicGet'),
  ),
  'inbox: overwrites who came in between': of(
    'fire',
    'if (atomicCas(owner + P_INBOX, head, g) == head) break;',
    'atomicSet(owner + P_INBOX, g);\n        if (head != -1) break;',
  ),
  'inbox: taken in two steps': of(
    'fire',
    'for (let g = atomicSwap(p + P_INBOX, 0); g; ) {',
    'let taken = atomicGet(p + P_INBOX);\n  atomicSet(p + P_INBOX, 0);\n  for (let g = taken; g; ) {',
    also('atomicSet'),
  ),
  'inbox: the owner is woken before the push': of(
    'fire',
    'for (;;) {\n        const head = atomicGet(owner + P_INBOX);\n',
    'wakeProc(owner);\n      for (;;) {\n        const head = atomicGet(owner + P_INBOX);\n',
    [
      'atomicSet(p + P_FIRED, rest); // reap.ts reads it\n      wakeProc(owner);',
      'atomicSet(p + P_FIRED, rest);',
    ],
  ),
  'hand-over: to the own run queue, whoever owns it': of('fire', 'if (owner == p) {', 'if (owner) {'),
  'sleep: looks for work before it says that it sleeps': of(
    'proc',
    'if (!atomicGet(p + P_ASLEEP)) {\n    atomicAdd(HEADER_IDLE, 1);',
    'if (!atomicGet(p + P_ASLEEP)) {\n    if (hasWork()) return 0;\n    atomicAdd(HEADER_IDLE, 1);\n    atomicSet(p + P_ASLEEP, 1);\n    return 1;',
  ),
  'sleep: the epoch does not move': of('proc', 'atomicAdd(block + P_EPOCH, 1);\n', ''),
  'sleep: nobody is notified': of('proc', 'notify(block + P_EPOCH);\n', ''),
  'wake: of whoever sleeps, not of who takes tasks': of(
    'proc',
    'atomicGet(block + P_TASKS) && wakeProc(block)',
    'wakeProc(block)',
  ),
  'spin: the last that looked wakes somebody only if it has found something': of(
    'proc',
    '&& anyTasks()) wakeOne();',
    '&& found && anyTasks()) wakeOne();',
  ),
  'channel: count without the lock': of('schan', 'lock(c);\n  let r = sendShared', 'let r = sendShared'),
  'channel: a receive does not let waiting senders in': of(
    'schan',
    'atomicSet(c + SC_COUNT, count - 1);\n  refill(c);',
    'atomicSet(c + SC_COUNT, count - 1);',
  ),
  'channel: closed by a plain write': of('schan', 'atomicSet(c + SC_CLOSED, 1);', 'set(c, SC_CLOSED, 1);'),
  'channel: a close wakes one receiver': of(
    'schan',
    'collectAll(c + SC_RECVQ);',
    'const w = claimShared(c + SC_RECVQ);\n    if (w) collect(w, 1);',
  ),
  'channel: parked after the lock is free': of(
    'schan',
    'parkShared(g, c + SC_RECVQ, CASE_SRECV, WAIT_RECV);\n    r = R_PARKED;\n  }\n  unlock(c);\n  handOver();\n  return r;',
    'unlock(c);\n    parkShared(g, c + SC_RECVQ, CASE_SRECV, WAIT_RECV);\n    return R_PARKED;\n  }\n  unlock(c);\n  handOver();\n  return r;',
  ),
  'select: losers stay in the lists': of(
    'park',
    'if (get(g, G_SELECT) & SELECT_MANY) dropWaiters(g);\n  else if',
    'if',
  ),
  'select: losers leave without the lock': of(
    'park',
    'lock(object);\n  unlink(w);\n  unlock(object);',
    'unlink(w);',
  ),
  'ended: without asking who is waking it': of(
    'sched',
    'coming = atomicCas(g + G_STATUS, G_WAITING, G_RUNNING) != G_WAITING;',
    'coming = false;',
  ),
  'deque: the tail moves before the slot is written': of(
    'deque',
    'atomicSet(slot(p, tail), task);\n  atomicSet(p + P_DEQ_TAIL, tail + 1);',
    'atomicSet(p + P_DEQ_TAIL, tail + 1);\n  atomicSet(slot(p, tail), task);',
  ),
  'deque: taken without compare-and-swap': of(
    'deque',
    'const seen = atomicCas(from + P_DEQ_HEAD, head, head + 1);',
    'const seen = head;\n    atomicSet(from + P_DEQ_HEAD, head + 1);',
  ),
  'deque: stolen without compare-and-swap': of(
    'deque',
    'if (atomicCas(victim + P_DEQ_HEAD, head, head + half) != head) continue;',
    'atomicSet(victim + P_DEQ_HEAD, head + half);',
  ),
  'deque: slots copied after they are taken': of(
    'deque',
    'for (let i = 1; i < half; i++) atomicSet(slot(p, tail + i - 1), atomicGet(slot(victim, head + i)));\n    if (atomicCas(victim + P_DEQ_HEAD, head, head + half) != head) continue;',
    'if (atomicCas(victim + P_DEQ_HEAD, head, head + half) != head) continue;\n    for (let i = 1; i < half; i++) atomicSet(slot(p, tail + i - 1), atomicGet(slot(victim, head + i)));',
  ),
  'global queue: without its lock': of('globq', 'lock(GLOBQ);\n  const size', 'const size'),
  'global queue: a task in the tail only': of(
    'globq',
    'if (get(GLOBQ, GLOBQ_HEAD)) set(get(GLOBQ, GLOBQ_TAIL), J_LINK, task);',
    'if (get(GLOBQ, GLOBQ_HEAD)) {}',
  ),
  'task: nobody is woken for it': of('task', 'else globqPut(task);\n  wakeOne();', 'else globqPut(task);'),
  'task: woken before it is there': of(
    'task',
    'if (get(p, P_TASKS)) dequePush(task);\n  else globqPut(task);\n  wakeOne();',
    'wakeOne();\n  if (get(p, P_TASKS)) dequePush(task);\n  else globqPut(task);',
  ),
  'task: what came along wakes nobody': of(
    'task',
    'if (atomicGet(p + P_DEQ_HEAD) != atomicGet(p + P_DEQ_TAIL)) wakeOne();',
    '',
  ),
  'task: left to one that sleeps': of('proc', 'wakeProc(block);\n    return true;', 'return true;'),
  'task: the spawner forgets without the lock': of(
    'task',
    'lock(task);\n  const done = get(task, J_STATE) == J_DONE;',
    'const done = get(task, J_STATE) == J_DONE;\n  lock(task);',
  ),
  'heap: a list without its lock': of('mheap', 'lock(list);\n  while (n && get', 'while (n && get'),
  'heap: a huge block without the lock': of(
    'mheap',
    'lock(list);\n  const block = get(list, MHEAP_HEAD);',
    'const block = get(list, MHEAP_HEAD);\n  lock(list);',
  ),
  'heap: one batch is kept and flushed': of(
    'mheap',
    'set(cache, 4, get(cache, 4) - 1);\n    set(block, 0, get(list',
    'set(block, 0, get(list',
  ),
  'pages: moved without compare-and-swap': of(
    'pages',
    'const seen = atomicCas(HEADER_PAGES, page, page + n);',
    'const seen = page;\n    atomicSet(HEADER_PAGES, page + n);',
  ),
  'processors: one free block for two': of(
    'proc',
    'atomicCas(block + P_STATE, PROC_FREE, PROC_STARTING) == PROC_FREE',
    'atomicGet(block + P_STATE) == PROC_FREE',
  ),
  'processors: one place in the table for two': of(
    'proc',
    'atomicSet(PTABLE + (atomicAdd(HEADER_PS, 1) << 2), block);',
    'atomicSet(PTABLE + (atomicGet(HEADER_PS) << 2), block);\n  atomicAdd(HEADER_PS, 1);',
  ),
  'semaphore: without its lock': of('sema', 'lock(s);\n  set(p, P_HELD', 'set(p, P_HELD', ['unlock(s);', '']),
  'semaphore: whoever comes does not say so first': of('sema', 'freeze(s);\n}', '}'),
  'semaphore: the sign goes while somebody waits': of(
    'sema',
    'if (!first(s + S_WAITQ)) atomicAnd(s + S_STATE, S_PERMITS);',
    'atomicAnd(s + S_STATE, S_PERMITS);',
  ),
  'semaphore: permits come back, and nobody is served': of('sema', 'serve(s, n);', ''),
  'semaphore: who leaves serves nobody': of('sema', 'unlink(w);\n  serve(s, 0);', 'unlink(w);'),
  'semaphore: whoever is first is given more than there is': of(
    'sema',
    'return rule == RULE_ZERO ? !permits(s) : permits(s) >= n;',
    'return rule == RULE_ZERO ? !permits(s) : permits(s) > 0;',
  ),
  'waitgroup: one is woken, and no more': of('sema', 'collect(w, 0);\n', 'collect(w, 0);\n        return;\n'),
  'cond: a notification waits for somebody': of(
    'sema',
    'if (rule == RULE_NOTIFY) atomicSet(s + S_STATE, S_WAITED);',
    '',
  ),
  'semaphore: the state is a plain word': of(
    'sema',
    'atomicAdd(s + S_STATE, n);',
    'set(s, S_STATE, get(s, S_STATE) + n);',
  ),
  'mutex: one that was woken has it, though somebody was faster': of(
    'sema',
    '(again && permits(s) >= n)',
    '(again && permits(s) >= 0)',
  ),
  'mutex: one that was woken, and is ended, wakes nobody': of(
    'park',
    'if (kind == CASE_SEMA) return semaLeave(object, w);',
    '',
  ),
  'mutex: one that was woken tries only if nobody else waits': of(
    'sema',
    ' || (again && permits(s) >= n)',
    '',
  ),
  'mutex: one that lost does not wait again': of('sema', 'putBack(g + G_W);\n', ''),
  'select: locks that others may take meanwhile': of('select', 'eachSema(n, true);\n', ''),
  'select: a waiter that is written to while it stands in a list': of(
    'select',
    'if (how & SELECT_SHARED) w = get(w, W_SIBLING);',
    '',
    ['reserve(n, g, true)', 'reserve(n, g, false)'],
  ),
};
