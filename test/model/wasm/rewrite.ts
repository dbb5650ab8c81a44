// Puts a call of a helper in the place of every memory operator, in the text of a module.
//
// Binaryen prints folded expressions with the head of one operator a line, so a head such as
// `(i32.atomic.store offset=8` becomes `(call $model.i32.atomic.store:offset=8 (i32.const 17)`, where 17 is the
// site; the operands, on the lines below, stay as they are.

import {
  COPY_HELPER,
  FILL_HELPER,
  IMPORTS,
  JOURNAL_FUNCTION,
  accessHelper,
  globalsHelpers,
  helperName,
  notifyHelper,
} from './helpers.ts';
import { ARENA_PAGES, Ground, TOTAL_PAGES } from './ground.ts';
import { Kind, accessOf, headOf, refuseUnknown } from './operators.ts';
import type { Access } from './operators.ts';

const { LOAD, NOTIFY, STORE, WAIT } = Kind;

/** One place in the code that accesses memory. */
export interface Site extends Access {
  /** The function it stands in; `host` for accesses that stand for those of the JavaScript side. */
  readonly where: string;
  /** A wait that may also end by its time limit. */
  readonly timed?: boolean;
}

export interface Rewritten {
  readonly text: string;
  readonly sites: readonly Site[];
  /** How many mutable globals an instance has. */
  readonly globals: number;
}

const FUNCTION = /^\s*\(func \$([^\s()]+)/;
const MEMORY = /\(import "env" "memory" \(memory (\$\S+) \d+(?: \d+)?(?: shared)?\)\)/;
const IMPORT = /^ \(import "(\S+)" "(\S+)" \(func (\$\S+)((?: \((?:param|result)[^)]*\))*)\)\)$/gm;
const GLOBAL = /^ \(global (\$\S+) \(mut (i32|i64|f32|f64)\)/gm;

/** What the host gives besides memory, as far as the explorer has a model of it. */
const HOST: Readonly<Record<string, (site: number) => string>> = {
  'env.notify': (site) => `(call $model.point (i32.const ${site}) (local.get 0) (local.get 1))`,
  // Called by a lock that has spun for long: says nothing to an explorer that tries every order anyway.
  'env.pause': () => '',
};

const notify = (where: string): Site => ({ op: 'notify', kind: NOTIFY, size: 0, atomic: true, where });

export function rewrite(text: string): Rewritten {
  // Site 0 is no site.
  const sites: Site[] = [{ op: '', kind: LOAD, size: 0, atomic: true, where: '' }];
  const helpers = new Map<string, string>();
  const site = (s: Site) => sites.push(s) - 1;

  let where = '';
  const lines = text.split('\n').map((line) => {
    where = FUNCTION.exec(line)?.[1] ?? where;
    const head = headOf(line);
    if (!head) return line;
    const { indent, op, attributes, rest } = head;
    refuseUnknown(op);
    const helper = (make: (op: string, attributes: string) => string, s: number) => {
      const name = helperName(op, attributes);
      if (!helpers.has(name)) helpers.set(name, make(op, attributes));
      return `${indent}(call ${name} (i32.const ${s})${rest}`;
    };
    const access = accessOf(op);
    if (access) return helper(accessHelper, site({ ...access, where }));
    switch (op) {
      case 'memory.atomic.notify':
        return helper((_, a) => notifyHelper(a), site(notify(where)));
      case 'memory.fill':
        return helper(() => FILL_HELPER, site({ op, kind: STORE, size: 0, atomic: false, where }));
      case 'memory.copy': {
        const from = site({ op, kind: LOAD, size: 0, atomic: false, where });
        site({ op, kind: STORE, size: 0, atomic: false, where });
        return helper(() => COPY_HELPER, from);
      }
      case 'memory.size':
        return `${indent}(i32.const ${ARENA_PAGES})${rest.slice(1)}`;
      case 'memory.grow':
        return `${indent}(call $model.grow${rest}`;
      default:
        return line;
    }
  });

  let out = lines.join('\n');
  const extra: string[] = [];
  out = out.replace(IMPORT, (_, module: string, name: string, id: string, type: string) => {
    const body = HOST[`${module}.${name}`];
    if (!body) throw new Error(`the core imports ${module}.${name}, which the explorer has no model of`);
    extra.push(` (func ${id}${type} ${body(site(notify(name)))})`);
    return '';
  });

  const memory = MEMORY.exec(out);
  if (!memory) throw new Error('the core does not import env.memory');
  // Not shared: only one host thread runs, atomics are valid on it, and no sleep is real.
  out = out.replace(
    memory[0],
    `(import "env" "memory" (memory ${memory[1]} ${TOTAL_PAGES} ${TOTAL_PAGES}))${IMPORTS}`,
  );

  const globals = [...out.matchAll(GLOBAL)].map(([, name, type]) => ({ name: name!, type: type! }));
  if (globals.length * 8 > Ground.GLOBALS_BYTES)
    throw new Error(`the core has ${globals.length} mutable globals`);

  const host = hostAccesses(site, helpers);
  extra.push(
    JOURNAL_FUNCTION,
    ' (func $model.grow (param i32) (result i32) (i32.const -1))',
    ...helpers.values(),
    globalsHelpers(globals),
    ...host,
  );
  return { text: out.replace(/\)\s*$/, `${extra.join('\n')}\n)\n`), sites, globals: globals.length };
}

/** Exports that stand for what JavaScript itself does to the shared memory, one an operation of `ops.ts`. */
function hostAccesses(site: (s: Site) => number, helpers: Map<string, string>): string[] {
  const where = 'host';
  const access = (name: string, op: string) => {
    const helper = helperName(op, '');
    if (!helpers.has(helper)) helpers.set(helper, accessHelper(op, ''));
    const { kind } = accessOf(op)!;
    const operands = kind === LOAD ? [] : op.includes('cmpxchg') ? ['$a', '$b'] : ['$a'];
    const params = operands.map((operand) => ` (param ${operand} i32)`).join('');
    const args = operands.map((operand) => ` (local.get ${operand})`).join('');
    const result = kind === STORE ? '' : ' (result i32)';
    return ` (func (export "${name}") (param $p i32)${params}${result}
  (call ${helper} (i32.const ${site({ ...accessOf(op)!, where })}) (local.get $p)${args}))`;
  };
  const point = (
    name: string,
    s: Omit<Site, 'where'>,
  ) => ` (func (export "${name}") (param i32 i32) (result i32)
  (call $model.point (i32.const ${site({ ...s, where })}) (local.get 0) (local.get 1)))`;
  const wait = { op: 'wait', kind: WAIT, size: 4, atomic: true };
  return [
    access('host.get', 'i32.load'),
    access('host.set', 'i32.store'),
    access('host.atomicGet', 'i32.atomic.load'),
    access('host.atomicSet', 'i32.atomic.store'),
    access('host.atomicAdd', 'i32.atomic.rmw.add'),
    access('host.atomicCas', 'i32.atomic.rmw.cmpxchg'),
    point('host.wait', wait),
    point('host.waitTimed', { ...wait, timed: true }),
    point('host.notify', notify(where)),
  ];
}
