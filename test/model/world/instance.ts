// One instance of the core over the common memory: one processor, with wasm globals of its own.
//
// At a point it may be unwound: asyncify writes the stack of the running call into the block of this instance,
// and the call returns. To go on, the same export is called again and finds its way back to the point.

import { Ground } from '../wasm/ground.ts';
import type { Instrumented } from '../wasm/instrument.ts';
import { Kind } from '../wasm/operators.ts';

// Taken apart here, and so in other files: an imported name is looked up at every use where vitest loads a module.
const { ARENA_BYTES, BLOCKS, BLOCK_BYTES, GLOBALS_BYTES } = Ground;
const { WAIT } = Kind;

/** The exports of an instance: those of the core, and those that were added to it. */
export type Core = Readonly<Record<string, (...args: number[]) => number>>;

/** Asked at each point whether to stop there. */
export type Arrive = (site: number, address: number, argument: number) => boolean;

export class Instance {
  readonly core: Core;
  /** Without it, points do nothing: so the setup and the check of a scenario run. */
  arrive: Arrive | undefined;
  /** Bytes address of the block: the globals; behind them end and limit of the stack, then the stack. */
  readonly globals: number;
  readonly stack: number;
  private unwinding = false;
  private rewinding = false;
  /** What the point answers to which it goes back. */
  private answer = 0;

  constructor(
    index: number,
    { module, sites }: Instrumented,
    memory: WebAssembly.Memory,
    private readonly words: Int32Array,
  ) {
    this.globals = BLOCKS + index * BLOCK_BYTES;
    this.stack = this.globals + GLOBALS_BYTES;
    words[(this.stack + 4) >> 2] = this.globals + BLOCK_BYTES;

    const point = (site: number, address: number, argument: number): number => {
      if (this.rewinding) {
        this.rewinding = false;
        this.core.asyncify_stop_rewind!();
        return this.answer;
      }
      const { size, kind, op } = sites[site]!;
      if ((address >>> 0) + (size || argument >>> 0) > ARENA_BYTES && kind <= WAIT) {
        throw new RangeError(`${op} at ${address >>> 0}, outside the core's memory`);
      }
      if (!this.arrive) {
        if (kind === WAIT) throw new Error('a setup may not sleep');
        return 0;
      }
      if (!this.arrive(site, address, argument)) return 0;
      this.unwinding = true;
      this.words[this.stack >> 2] = this.stack + 8;
      this.core.asyncify_start_unwind!(this.stack);
      return 0;
    };
    const full = () => {
      throw new RangeError('one step of the core writes more than the journal holds');
    };
    const { exports } = new WebAssembly.Instance(module, { env: { memory }, model: { point, full } });
    this.core = exports as Core;
  }

  /** Goes back into the suspended call, which `start` made, to the point where it stopped. */
  rewind(start: () => number, answer: number): number {
    this.rewinding = true;
    this.answer = answer;
    this.core.asyncify_start_rewind!(this.stack);
    return start();
  }

  /** Whether the call that has just returned did so because it stopped at a point. */
  unwound(): boolean {
    if (!this.unwinding) return false;
    this.unwinding = false;
    this.core.asyncify_stop_unwind!();
    return true;
  }
}
