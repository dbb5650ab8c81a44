// The functions that stand in the place of memory operators: each calls `point`, and then does what the operator does.
//
// A store also notes what it overwrites in the journal, whether or not its point stopped: so the explorer can
// take every step back, and a state costs what was written and not what the core's memory is large.

import { Ground } from './ground.ts';
import { Kind, accessOf, typeOf } from './operators.ts';

const { LOAD, STORE } = Kind;
const { CURSOR, ENTRY_BYTES, JOURNAL_END, STEP } = Ground;

/** Imports of the rewritten module; `point` is where a thread is suspended and goes on. */
export const IMPORTS = `
 (import "model" "point" (func $model.point (param i32 i32 i32) (result i32)))
 (import "model" "full" (func $model.full))`;

/** Notes the words of [a, a + n) before they are written. */
export const JOURNAL_FUNCTION = `
 (func $model.note (param $a i32) (param $n i32) (local $end i32) (local $at i32)
  (local.set $end (i32.add (local.get $a) (local.get $n)))
  (local.set $a (i32.and (local.get $a) (i32.const -4)))
  (local.set $at (i32.load (i32.const ${CURSOR})))
  (loop $next
   (if (i32.ge_u (local.get $at) (i32.const ${JOURNAL_END - ENTRY_BYTES})) (then (call $model.full)))
   (i32.store (local.get $at) (local.get $a))
   (i32.store offset=4 (local.get $at) (i32.load (local.get $a)))
   (local.set $at (i32.add (local.get $at) (i32.load (i32.const ${STEP}))))
   (local.set $a (i32.add (local.get $a) (i32.const 4)))
   (br_if $next (i32.lt_u (local.get $a) (local.get $end))))
  (i32.store (i32.const ${CURSOR}) (local.get $at)))`;

const point = (address: string, argument = '(i32.const 0)', site = '(local.get $site)') =>
  `(call $model.point ${site} ${address} ${argument})`;

/** The helper of an operator with its attributes, such as `i32.store offset=8`. */
export function helperName(op: string, attributes: string): string {
  return `$model.${[op, ...attributes.split(' ')].filter(Boolean).join(':')}`;
}

/** An access of fixed size. Its parameters are the site and the operands of the operator. */
export function accessHelper(op: string, attributes: string): string {
  const { kind, size } = accessOf(op)!;
  const type = typeOf(op);
  const offset = /offset=(\d+)/.exec(attributes)?.[1];
  const address = offset ? `(i32.add (local.get $p) (i32.const ${offset}))` : '(local.get $p)';
  const operands = kind === LOAD ? [] : op.includes('cmpxchg') ? ['$a', '$b'] : ['$a'];
  const params = operands.map((name) => ` (param ${name} ${type})`).join('');
  const args = operands.map((name) => ` (local.get ${name})`).join('');
  const result = kind === STORE ? '' : ` (result ${type})`;
  const note = kind === LOAD ? '' : `(call $model.note ${address} (i32.const ${size}))`;
  return ` (func ${helperName(op, attributes)} (param $site i32) (param $p i32)${params}${result}
  (drop ${point(address)}) ${note}
  (${op} ${attributes} (local.get $p)${args}))`;
}

/** `memory.fill`: one point for the whole range. */
export const FILL_HELPER = ` (func ${helperName('memory.fill', '')} (param $site i32) (param $p i32) (param $value i32) (param $n i32)
  (drop ${point('(local.get $p)', '(local.get $n)')}) (call $model.note (local.get $p) (local.get $n))
  (memory.fill (local.get $p) (local.get $value) (local.get $n)))`;

/** `memory.copy`: a point for what is read, at the site, and one for what is written, at the next site. */
export const COPY_HELPER = ` (func ${helperName('memory.copy', '')} (param $site i32) (param $p i32) (param $from i32) (param $n i32)
  (drop ${point('(local.get $from)', '(local.get $n)')})
  (drop ${point('(local.get $p)', '(local.get $n)', '(i32.add (local.get $site) (i32.const 1))')})
  (call $model.note (local.get $p) (local.get $n))
  (memory.copy (local.get $p) (local.get $from) (local.get $n)))`;

/** `notify` is nothing but a point: the explorer keeps the sleepers. */
export function notifyHelper(attributes: string): string {
  const offset = /offset=(\d+)/.exec(attributes)?.[1] ?? '0';
  const address = `(i32.add (local.get $p) (i32.const ${offset}))`;
  return ` (func ${helperName('memory.atomic.notify', attributes)} (param $site i32) (param $p i32) (param $n i32) (result i32)
  ${point(address, '(local.get $n)')})`;
}

/** Moves the mutable globals of an instance into its block and back. */
export function globalsHelpers(globals: readonly { name: string; type: string }[]): string {
  const save = globals.map(
    ({ name, type }, i) => `\n  (${type}.store offset=${8 * i} (local.get $p) (global.get ${name}))`,
  );
  const load = globals.map(
    ({ name, type }, i) => `\n  (global.set ${name} (${type}.load offset=${8 * i} (local.get $p)))`,
  );
  return `
 (func (export "model.save") (param $p i32)${save.join('')})
 (func (export "model.load") (param $p i32)${load.join('')})`;
}
