// What the operators of WebAssembly's text format do to memory.

/** What happens at a point, the place before an access where the explorer may switch threads. */
export const Kind = {
  LOAD: 0,
  STORE: 1,
  /** A read and a write in one: `rmw` and `cmpxchg`. */
  UPDATE: 2,
  /** Sleep on a word, if it holds an expected value. */
  WAIT: 3,
  /** Wake sleepers of a word. */
  NOTIFY: 4,
} as const;
const { LOAD, STORE, UPDATE } = Kind;

export interface Access {
  /** The name of the operator. */
  readonly op: string;
  /** One of `Kind`. */
  readonly kind: number;
  /** Bytes touched; 0 where the length is an operand. */
  readonly size: number;
  readonly atomic: boolean;
}

const NAME = /^(i32|i64|f32|f64)\.(atomic\.)?(load|store|rmw)(8|16|32)?(\.[a-z]+)?(_[us])?$/;
const KINDS = { load: LOAD, store: STORE, rmw: UPDATE };

/** Operators that go by their own rules, or do nothing to memory though they look like it. */
const OTHERS = new Set([
  'atomic.fence', // no effect where every interleaving is sequentially consistent
  'memory.size',
  'memory.grow',
  'memory.fill',
  'memory.copy',
  'memory.atomic.notify',
]);

/** The type of the value that an operator moves. */
export function typeOf(op: string): string {
  return op.slice(0, 3);
}

/** A plain or atomic access to a fixed number of bytes, or undefined. */
export function accessOf(op: string): Access | undefined {
  const parts = NAME.exec(op);
  if (!parts) return undefined;
  const [, type, atomic, verb, width] = parts;
  const size = width ? Number(width) / 8 : type!.endsWith('32') ? 4 : 8;
  return { op, kind: KINDS[verb as keyof typeof KINDS], size, atomic: atomic !== undefined };
}

const HEAD = /^(\s*)\(([a-z]\w*(?:\.[\w.]+)?)((?: (?:offset|align)=\d+)*)(.*)$/;

/** The operator that a line of folded text begins with, and what is around it; or undefined. */
export function headOf(
  line: string,
): { indent: string; op: string; attributes: string; rest: string } | undefined {
  const parts = HEAD.exec(line);
  if (!parts) return undefined;
  const [, indent, op, attributes, rest] = parts as unknown as [string, string, string, string, string];
  return { indent, op, attributes: attributes.trim(), rest };
}

/** How many sites an operator is: `memory.copy` reads at one and writes at the next. */
export function sitesOf(op: string): number {
  if (op === 'memory.copy') return 2;
  return accessOf(op) || op === 'memory.fill' || op === 'memory.atomic.notify' ? 1 : 0;
}

/** Refuses what the explorer does not see: an access that it overlooks would make every proof worthless. */
export function refuseUnknown(op: string): void {
  if (OTHERS.has(op) || accessOf(op)) return;
  if (op.startsWith('memory.atomic.wait')) {
    throw new Error(`${op} in the core: only its host sleeps, through Atomics.wait or waitAsync`);
  }
  if (/^(memory|table|data|elem|v128)\.|\.(load|store|atomic)|^call_indirect|^call_ref/.test(op)) {
    throw new Error(`the core uses ${op}, which the explorer has no model of`);
  }
}
