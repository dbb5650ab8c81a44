/** Waiting for a word of shared memory, the same in every runtime. */

type WaitAsync = (
  cell: Int32Array,
  index: number,
  expected: number,
) => { async: false; value: string } | { async: true; value: Promise<string> };

const waitAsync = (Atomics as { waitAsync?: WaitAsync }).waitAsync;

/** Whether there is memory that threads can share, and a way to wait for it that lets the host go on. */
export const shareable = typeof SharedArrayBuffer === 'function' && waitAsync !== undefined;

const settled = Promise.resolve();

let pending = false;
let onWake: (() => void) | undefined;

/**
 * `Host.sleepOn`. A wait cannot be taken back, and until it is notified it is memory, so there is never more than one.
 * Armed for an older value, it is as good as a new one: a notification does not ask what was expected.
 */
export function sleepOn(cell: Int32Array, index: number, expected: number, wake: () => void): void {
  onWake = wake;
  if (pending) {
    // The notification that belongs to this change may be over: the pending wait need not have it to come.
    if (Atomics.load(cell, index) !== expected) void settled.then(awake);
    return;
  }
  pending = true;
  const wait = waitAsync?.(cell, index, expected);
  void (wait?.async ? wait.value : settled).then(notified);
}

function notified(): void {
  pending = false;
  awake();
}

function awake(): void {
  const wake = onWake;
  onWake = undefined;
  wake?.();
}

/** `Host.blockOn`. */
export function blockOn(cell: Int32Array, index: number, expected: number, ms: number): boolean {
  try {
    Atomics.wait(cell, index, expected, ms);
    return true;
  } catch {
    return false; // a page's main thread, or memory that is not shared
  }
}

let silent: Int32Array | undefined;

/** `Host.blockFor`. */
export function blockFor(ms: number): boolean {
  if (typeof SharedArrayBuffer !== 'function') return false; // the one thing a thread can sleep on
  silent ??= new Int32Array(new SharedArrayBuffer(4));
  return blockOn(silent, 0, 0, ms);
}
