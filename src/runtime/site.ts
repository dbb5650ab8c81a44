/** Where something was made: the place in the user's code, as `file:line:column`. */

/** A stack as V8 keeps it: turned into text only when somebody reads it. */
export interface Trace {
  stack?: string;
}

interface StackError {
  stackTraceLimit?: number;
  captureStackTrace?: (target: object, below?: (...args: never[]) => unknown) => void;
}

const StackError = Error as StackError;
/** Taking a trace costs 1.5 µs, as much as five goroutines: so many are taken at once, and so many more a turn. */
const TRACES_AT_ONCE = 64;
const TRACES_PER_TURN = 8;
let left = TRACES_AT_ONCE;

/** A new turn of the loop. */
export function refillTraces(): void {
  left = Math.min(TRACES_AT_ONCE, left + TRACES_PER_TURN);
}

/** The caller of `below`, or undefined when this turn has taken enough traces. */
export function trace(below: (...args: never[]) => unknown): Trace | undefined {
  if (left <= 0) return undefined;
  left--;
  return traceNow(below, 1);
}

function traceNow(below: (...args: never[]) => unknown, frames: number): Trace {
  if (!StackError.captureStackTrace) return new Error();
  const limit = StackError.stackTraceLimit;
  StackError.stackTraceLimit = frames;
  const target: Trace = {};
  StackError.captureStackTrace(target, below);
  if (limit !== undefined) StackError.stackTraceLimit = limit;
  return target;
}

/** The place that a trace names. */
export function siteOf(t: Trace | undefined): string | undefined {
  return t?.stack === undefined ? undefined : places(t.stack)[0];
}

/** Where the library's own frames are, as stacks name it: its folder in dist/, or in src/ where source maps are used. */
const OWN = (places(new Error().stack ?? '')[0] ?? '').replace(/(runtime\/)?[^/]*$/, '');

/** The first place on the stack that is not in the library itself. */
export function ownSite(): string | undefined {
  return places(traceNow(ownSite, 16).stack ?? '').find((place) => !place.startsWith(OWN));
}

function places(stack: string): string[] {
  const found: string[] = [];
  for (const line of stack.split('\n')) {
    // V8: "at f (place)" or "at place"; others: "f@place"
    const match = /(?:\(|@|at (?:async )?)([^()@\s]+:\d+:\d+)\)?$/.exec(line.trim());
    if (match?.[1]) found.push(match[1]);
  }
  return found;
}
