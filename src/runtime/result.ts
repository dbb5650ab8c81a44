/** What a step of an operation answers; also what `yield*` reads. */
export interface Result {
  readonly done: boolean;
  value: unknown;
}

/** One class for each `done`, which stands in its prototype: V8 then knows it without reading it, or testing it for truth. */
class Completed implements Result {
  declare readonly done: boolean;
  static {
    Object.defineProperty(this.prototype, 'done', { value: true });
  }
  constructor(public value: unknown) {}
}

class Waiting implements Result {
  declare readonly done: boolean;
  static {
    Object.defineProperty(this.prototype, 'done', { value: false });
  }
  constructor(public value: unknown) {}
}

/** Completed with a value. Shared: read at once, and emptied when the loop goes to the host. */
export const RESULT: Result = new Completed(undefined);
/** Completed without one. */
export const VOID: Result = new Completed(undefined);
/** Waits. */
export const PARKED: Result = new Waiting(Symbol('parked'));
/** Would wait, but there is nobody to park. */
export const BLOCKED: Result = new Waiting(undefined);

export function done(value: unknown): Result {
  RESULT.value = value;
  return RESULT;
}

/** The same for a value that was made just now: V8 has to keep a list of old objects, as RESULT is, that hold new ones. */
export function completed(value: unknown): Result {
  return new Completed(value);
}

/** The value of a step that is read outside a turn of the loop: the shared result may not keep it alive. */
export function takeResult(r: Result): unknown {
  const { value } = r;
  if (r === RESULT) r.value = undefined;
  return value;
}
