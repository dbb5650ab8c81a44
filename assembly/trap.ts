// A broken invariant ends the program with a named code: the API reads HEADER_TRAP and says what was broken.
//
// `check` stays in the release build and guards what a misuse of the ABI could reach; `debugCheck` walks
// lists and is compiled in only with CHECK. Not `assert`: its texts would become a data segment.

import { HEADER_TRAP } from './layout';
import { atomicSet } from './memory';

// @ts-ignore: decorator
@inline
export function check(holds: bool, code: i32): void {
  if (!holds) trap(code);
}

// @ts-ignore: decorator
@inline
export function debugCheck(holds: bool, code: i32): void {
  if (isDefined(CHECK)) {
    if (!holds) trap(code);
  }
}

function trap(code: i32): void {
  atomicSet(HEADER_TRAP, code);
  unreachable();
}
