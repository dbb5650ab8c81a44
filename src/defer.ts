import { mistake } from './errors.ts';

/**
 * Runs `f` when the block that declares it with `using` is left, however that happens. Several run last in, first out.
 *
 * Source: the Go specification, "Defer statements"; the scope is the block, not the function.
 *
 * @throws TypeError if `f` is not a function.
 * @example
 * using _ = defer(() => wg.done());
 */
export function defer(f: () => void): Disposable {
  if (typeof f !== 'function') throw mistake('defer', 'a function', f);
  return { [Symbol.dispose]: f };
}
