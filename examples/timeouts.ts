/** Timeouts: one for each answer, one for the whole, and one that is moved whenever there is progress. */
import { after, chan, go, type Go, type RecvChan, run, select, type SendChan, sleep } from 'goroutines';
import { Timer } from 'goroutines/time';

function* server(delays: readonly number[], answers: SendChan<string>): Go {
  for (const ms of delays) {
    yield* sleep(ms);
    yield* answers.send(`answer after ${ms} ms`);
  }
}

/** The next answer, or what happened instead. */
function* ask(answers: RecvChan<string>, whole: RecvChan<number>): Go<string> {
  const s = yield* select({ answer: answers.recv(), late: sleep(100), over: whole.recv() });
  switch (s.key) {
    case 'answer':
      return s.value ?? 'closed';
    case 'late':
      return 'no answer in 100 ms';
    case 'over':
      return 'out of time';
  }
}

/** Counts answers until there is none for `idle` milliseconds. */
function* drain(answers: RecvChan<string>, idle: number): Go<number> {
  const timer = new Timer(idle);
  for (let n = 0; ; n++) {
    const s = yield* select({ answer: answers.recv(), idle: timer.c.recv() });
    if (s.key === 'idle') return n;
    timer.reset(idle); // no tick from before can be left in it
  }
}

await run(function* main() {
  const answers = chan<string>();
  go(server, [10, 150, 10_000], answers);
  const whole = after(420);
  for (let said = ''; said !== 'out of time';) {
    said = yield* ask(answers, whole);
    console.log(said);
  }

  const others = chan<string>();
  go(server, [10, 20, 30], others);
  console.log(`${yield* drain(others, 100)} answers until it went quiet`);
});
