// Makes of a compiled core one whose threads can be suspended before every access to memory.
//
// Asyncify turns the stack of a suspended call into bytes of memory, so that a state of a program can be
// compared with others, and gone back to.

import binaryen from 'binaryen';
import { rewrite } from './rewrite.ts';
import type { Rewritten } from './rewrite.ts';

export interface Instrumented extends Omit<Rewritten, 'text'> {
  readonly module: WebAssembly.Module;
}

export interface InstrumentedBytes extends Omit<Rewritten, 'text'> {
  readonly binary: Uint8Array;
}

/** What engines that are in use can read; Binaryen would write newer forms. */
export const FEATURES =
  binaryen.Features.Atomics |
  binaryen.Features.BulkMemory |
  binaryen.Features.BulkMemoryOpt |
  binaryen.Features.MutableGlobals |
  binaryen.Features.SignExt |
  binaryen.Features.NontrappingFPToInt |
  binaryen.Features.Multivalue;

/** The text of a module, with the head of one operator a line. */
export function textOf(bytes: Uint8Array): string {
  const module = binaryen.readBinary(bytes);
  module.setFeatures(FEATURES);
  const text = module.emitText();
  module.dispose();
  return text;
}

/** Throws with what is wrong if the core does something that the explorer cannot see. */
export function instrument(bytes: Uint8Array): InstrumentedBytes {
  const { text, sites, globals } = rewrite(textOf(bytes));
  const module = binaryen.parseText(text);
  module.setFeatures(FEATURES);
  binaryen.setDebugInfo(true);
  // Level 3 keeps more locals alive over a call, and each of them would be part of the state.
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(0);
  module.optimize();
  binaryen.clearPassArguments();
  binaryen.setPassArgument('asyncify-imports', 'model.point');
  binaryen.setPassArgument('asyncify-ignore-indirect', '1'); // `refuseUnknown` has made sure that there are none
  module.runPasses(['asyncify']);
  if (!module.validate()) throw new Error('the rewritten core is not valid');
  const binary = module.emitBinary();
  module.dispose();
  return { binary, sites, globals };
}
