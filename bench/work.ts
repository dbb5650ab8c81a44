/**
 * The local work between two channel operations, the same arithmetic as in Go's benchmarks. Go's compiler sees that `foo`
 * stays 0 and leaves an empty loop; V8 does the arithmetic. So rows with work compare mostly that: see `note` in rows.ts.
 */

/** Results go here, so that no compiler can find the work useless. */
export const sink = { value: 0 };

/** `times` integer divisions. */
export function divide(times: number): void {
  let foo = 0;
  for (let i = 0; i < times; i++) foo = (foo / (foo + 1)) | 0;
  sink.value += foo;
}

/** `times` doublings and halvings. */
export function doubleAndHalve(times: number): void {
  let foo = 0;
  for (let i = 0; i < times; i++) {
    foo = (foo * 2) | 0;
    foo = (foo / 2) | 0;
  }
  sink.value += foo;
}
