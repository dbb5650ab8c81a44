/** What a step of an operation answers; also what `yield*` reads. */
export interface Result {
  readonly done: boolean;
  value: unknown;
}

/** Completed with a value. Shared: read at once, and emptied when the loop goes to the host. */
export const RESULT: Result = { done: true, value: undefined };
/** Completed without one. */
export const VOID: Result = { done: true, value: undefined };
/** Waits. */
export const PARKED: Result = { done: false, value: Symbol('parked') };
/** Would wait, but there is nobody to park. */
export const BLOCKED: Result = { done: false, value: undefined };

export function done(value: unknown): Result {
  RESULT.value = value;
  return RESULT;
}

/** The value of a step that is read outside a turn of the loop: nothing may keep it alive here. */
export function takeResult(r: Result): unknown {
  const { value } = r;
  r.value = undefined;
  return value;
}
