/** What all contexts have, and the two roots. */
import type { RecvChan } from '../chantypes.ts';
import { nilChan } from '../nil.ts';
import type { sharedBrand } from '../shared/shared.ts';
import type { Node } from './node.ts';
import type { Context } from './types.ts';

/** The key under which a node has itself: a context of another class that wraps one is found out by it. */
export const NODE = Symbol('node');
const NO_KEY = Symbol('no key');

export abstract class Ctx implements Context {
  declare readonly [sharedBrand]: true;

  constructor(
    /** What it asks for values that it has not. */
    readonly parent: Ctx | undefined,
    /** The one value that it has. */
    readonly key: unknown = NO_KEY,
  ) {}

  /** What cancels it: itself, or the nearest above it that can be cancelled. */
  abstract readonly node: Node | undefined;

  /** The value of its key. */
  get own(): unknown {
    return undefined;
  }

  /** A value for which it is the end of the chain. */
  protected rest(_key: unknown): unknown {
    return undefined;
  }

  value(key: unknown): unknown {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- a loop, for chains may be long
    let c: Ctx = this;
    while (c.key !== key) {
      if (c.parent === undefined) return c.rest(key);
      c = c.parent;
    }
    return c.own;
  }

  done(): RecvChan<never> {
    return this.node?.done() ?? (nilChan as unknown as RecvChan<never>);
  }

  err(): Error | undefined {
    return this.node?.err();
  }

  /** Its own deadline; null: it has none, whatever is above; undefined: ask what is above. */
  protected deadlineHere(): number | null | undefined {
    return undefined;
  }

  deadline(): number | undefined {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- a loop, for chains may be long
    for (let c: Ctx | undefined = this; c !== undefined; c = c.parent) {
      const here = c.deadlineHere();
      if (here !== undefined) return here ?? undefined;
    }
    return undefined;
  }

  get signal(): AbortSignal {
    return this.node?.signal ?? (never ??= new AbortController().signal);
  }

  abstract toString(): string;
}

/** The signal of contexts that are never over. */
let never: AbortSignal | undefined;

/** A context that nothing ends, without values. */
export class Root extends Ctx {
  readonly node = undefined;

  constructor(private readonly name: string) {
    super(undefined);
  }

  toString(): string {
    return this.name;
  }
}

export const BACKGROUND = new Root('context.Background');
export const TODO = new Root('context.TODO');
