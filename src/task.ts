/** Tasks: bodies that every thread finds again, by module and name. */
import { mistake } from './errors.ts';
import { checkBody, type Go } from './goroutine.ts';
import { alloc, u8, view } from './shared/heap.ts';
import { shareable, TAG_TASK } from './shared/shareable.ts';
import type { sharedBrand, SharedObject, ShareableArg } from './shared/shared.ts';

declare const taskBrand: unique symbol;

/**
 * A body that may run on any processor: `task` makes it, `go` starts it. It can be sent to other threads, too.
 *
 * @example
 * export const square = task(import.meta.url, 'square', (n: number) => n * n);
 */
export interface Task<A extends unknown[], T> extends SharedObject {
  readonly [taskBrand]: (...args: A) => T;
  /** Its name within its module. */
  readonly name: string;
}

export type TaskFunction = (...args: never[]) => unknown;

export class TaskBody implements Task<never[], unknown> {
  declare readonly [sharedBrand]: true;
  declare readonly [taskBrand]: (...args: never[]) => unknown;
  /** `key`, once this thread has it. */
  address = 0;

  constructor(
    readonly url: string,
    readonly name: string,
  ) {}

  /** Its name in shared memory, for whichever thread begins it. There are as many as tasks in the program, for ever. */
  get key(): number {
    if (this.address === 0) this.address = keyFor(this);
    return this.address;
  }
}

/** What this thread knows of a task: its body, or that there are two of that name. */
interface Known {
  readonly task: TaskBody;
  body: TaskFunction | undefined;
  twice: boolean;
}

const known = new Map<string, Known>();
const byKey = new Map<number, Known>();

function nameOf(url: string, name: string): string {
  return `${name}\n${url}`;
}

function knownAs(url: string, name: string): Known {
  const full = nameOf(url, name);
  let entry = known.get(full);
  if (entry === undefined) {
    entry = { task: new TaskBody(url, name), body: undefined, twice: false };
    known.set(full, entry);
  }
  return entry;
}

function keyFor(task: TaskBody): number {
  const text = new TextEncoder().encode(nameOf(task.url, task.name));
  const address = alloc(4 + text.length);
  view().setInt32(address, text.length, true);
  u8().set(text, address + 4);
  byKey.set(address, knownAs(task.url, task.name));
  return address;
}

/** What this thread knows of the task of a key. */
export function taskOf(key: number): Known {
  let entry = byKey.get(key);
  if (entry === undefined) {
    const length = view().getInt32(key, true);
    const [name, url] = new TextDecoder().decode(u8().slice(key + 4, key + 4 + length)).split('\n');
    entry = knownAs(url as string, name as string);
    if (entry.task.address === 0) entry.task.address = key;
    byKey.set(key, entry);
  }
  return entry;
}

let registered: (entry: Known) => void = () => undefined;

/** Sets who is told of every task that a module registers. */
export function onRegister(f: (entry: Known) => void): void {
  registered = f;
}

shareable(TAG_TASK, TaskBody, {
  give: (task) => [task.key, ''],
  adopt: (key) => taskOf(key).task,
  discard: () => undefined,
});

/**
 * Makes a body that may run on any processor. Other threads find it by importing the module again and looking for the
 * name, so it is called at the top level of the module, the same in every thread.
 *
 * Its arguments and result are copied, as values of a shared channel are: see `value`.
 *
 * @param url of the module: `import.meta.url`.
 * @param name that no other task of the module has.
 * @throws TypeError unless `url` and `name` are strings and `body` is a function.
 * @example
 * export const hash = task(import.meta.url, 'hash', async (path: string) => sha256(await readFile(path)));
 * const digest = yield* go(hash, 'a.txt').join();
 */
export function task<A extends unknown[], T>(
  url: string,
  name: string,
  body: (...args: A) => Go<T>,
): Task<{ [K in keyof A]: ShareableArg<A[K]> }, T>;
export function task<A extends unknown[], T>(
  url: string,
  name: string,
  body: (...args: A) => Promise<T>,
): Task<{ [K in keyof A]: ShareableArg<A[K]> }, T>;
export function task<A extends unknown[], T>(
  url: string,
  name: string,
  body: (...args: A) => T,
): Task<{ [K in keyof A]: ShareableArg<A[K]> }, T>;
export function task(url: string, name: string, body: TaskFunction): unknown {
  if (typeof url !== 'string') throw mistake('task', 'the address of its module, import.meta.url', url);
  if (typeof name !== 'string') throw mistake('task', 'a name', name);
  checkBody('task', body);
  const entry = knownAs(url, name);
  // Told to whoever starts it: this may be in the middle of an import.
  if (entry.body !== undefined) entry.twice = true;
  entry.body = body;
  registered(entry);
  return entry.task;
}
