import { mistake } from '../errors.ts';
import { unshareable } from '../shared/shareable.ts';

/** Items that are kept for reuse: see `Pool`. */
export interface Pool<T, N extends T | undefined = T> {
  /** Any of the items that were put back, which is the caller's from then on; or a new one; or undefined. */
  get(): T | N;
  /** Gives an item back. It must not be used any more. */
  put(item: T): void;
}

class ItemPool<T> implements Pool<T, T | undefined> {
  // Go keeps one item aside, and the others on a stack.
  #first: T | undefined = undefined;
  #hasFirst = false;
  #items: T[] = [];
  /** Those that were here at the last collection of garbage. The next one takes them. */
  #victims: T[] = [];
  #watched = false;
  readonly #make: (() => T) | undefined;

  constructor(make?: () => T) {
    if (make !== undefined && typeof make !== 'function') throw mistake('Pool', 'a function', make);
    this.#make = make;
  }

  get(): T | undefined {
    if (this.#hasFirst) {
      const item = this.#first;
      this.#first = undefined;
      this.#hasFirst = false;
      return item;
    }
    if (this.#items.length > 0) return this.#items.pop();
    if (this.#victims.length > 0) return this.#victims.pop();
    return this.#make?.();
  }

  put(item: T): void {
    if (item === undefined) return;
    if (!this.#watched) this.#watch();
    if (this.#hasFirst) this.#items.push(item);
    else {
      this.#first = item;
      this.#hasFirst = true;
    }
  }

  /** An object that nothing holds tells of the next collection by its end. */
  #watch(): void {
    this.#watched = true;
    collections.register({}, new WeakRef(this));
  }

  /** Garbage was collected: what nobody has asked for since the time before goes. */
  collected(): void {
    this.#watched = false;
    this.#victims = this.#items;
    this.#items = [];
    if (this.#hasFirst) this.#victims.push(this.#first as T);
    this.#first = undefined;
    this.#hasFirst = false;
    if (this.#victims.length > 0) this.#watch();
  }
}

const collections = new FinalizationRegistry<WeakRef<ItemPool<unknown>>>((pool) => pool.deref()?.collected());

unshareable(ItemPool, 'a pool, whose items are of one thread (make one in each)');

interface PoolConstructor {
  /** `make` makes a new item when there is none. */
  new <T>(make: () => T): Pool<T>;
  new <T>(): Pool<T, undefined>;
}

/**
 * Items of one kind that are costly to make and can be used again, such as large arrays. It belongs to one thread.
 *
 * An item that nobody asks for is dropped by the second collection of garbage after it was put back, so a pool need not
 * be emptied, and nothing may rely on getting back what was put. `undefined` is not kept.
 *
 * Source: Go's `sync.Pool`.
 *
 * @example
 * const buffers = new Pool(() => new Uint8Array(65536));
 * const bytes = buffers.get();
 * try {
 *   fill(bytes);
 * } finally {
 *   buffers.put(bytes);
 * }
 */
export const Pool: PoolConstructor = ItemPool;
