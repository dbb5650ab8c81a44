/** A pipeline whose reader stops early: closing one channel tells every stage to go home. */
import { chan, defer, go, type Go, type RecvChan, run, select, type SendChan, WaitGroup } from 'goroutines';

/** Sends, unless `quit` is closed first; says whether it sent. */
function* sendOr(quit: RecvChan<never>, out: SendChan<number>, value: number): Go<boolean> {
  const s = yield* select({ sent: out.send(value), quit: quit.recv() });
  return s.key === 'sent';
}

function* count(out: SendChan<number>, quit: RecvChan<never>): Go {
  using _ = defer(() => out.close());
  for (let i = 1; yield* sendOr(quit, out, i); i++);
  console.log('count: stopped');
}

function* square(input: RecvChan<number>, out: SendChan<number>, quit: RecvChan<never>): Go {
  using _ = defer(() => out.close());
  for (let step = yield* input.next(); !step.done; step = yield* input.next()) {
    if (!(yield* sendOr(quit, out, step.value ** 2))) break;
  }
  console.log('square: stopped');
}

function* firstAbove(limit: number, input: RecvChan<number>): Go<number | undefined> {
  for (;;) {
    const value = yield* input.recv();
    if (value === undefined || value > limit) return value;
  }
}

await run(function* main() {
  const [numbers, squares, quit] = [chan<number>(), chan<number>(), chan<never>()];
  const stages = new WaitGroup();
  stages.go(count, numbers, quit);
  stages.go(square, numbers, squares, quit);

  console.log(yield* go(firstAbove, 1000, squares).join());

  quit.close();
  yield* stages.wait();
});
