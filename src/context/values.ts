/** Contexts that are over when the one above is, or never. */
import { Ctx, NODE } from './ctx.ts';
import type { Node } from './node.ts';

/** Has a value. */
export class ValueCtx extends Ctx {
  readonly node: Node | undefined;

  constructor(
    override readonly parent: Ctx,
    key: unknown,
    private readonly val: unknown,
  ) {
    super(parent, key);
    this.node = parent.node;
  }

  override get own(): unknown {
    return this.val;
  }

  toString(): string {
    return `${this.parent.toString()}.WithValue(${show(this.key)}, ${show(this.val)})`;
  }
}

/** As Go shows keys and values: strings as they are, and of others only what kind they are. */
function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'symbol':
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      return value ? (value.constructor?.name ?? typeof value) : '<nil>';
  }
}

/** Has the values of those above, and nothing else. */
export class WithoutCancelCtx extends Ctx {
  readonly node = undefined;

  constructor(override readonly parent: Ctx) {
    super(parent, NODE); // and so it has none
  }

  protected override deadlineHere(): null {
    return null;
  }

  toString(): string {
    return `${this.parent.toString()}.WithoutCancel`;
  }
}

/** Has come from another thread with values, all in one. */
export class CarriedCtx extends Ctx {
  constructor(
    readonly node: Node | undefined,
    readonly values: ReadonlyMap<unknown, unknown>,
    private readonly until: number | undefined,
  ) {
    super(undefined);
  }

  protected override rest(key: unknown): unknown {
    return key === NODE ? this.node : this.values.get(key);
  }

  protected override deadlineHere(): number | undefined {
    return this.until;
  }

  toString(): string {
    return this.node?.toString() ?? 'context.Background';
  }
}
