/** Fan-in: one loop over several sources; a source that has ended is switched off by the nil channel. */
import { chan, go, type Go, nilChan, type RecvChan, run, select, type SendChan, sleep } from 'goroutines';

function* say(words: readonly string[], pause: number, out: SendChan<string>): Go {
  for (const word of words) {
    yield* sleep(pause);
    yield* out.send(word);
  }
  out.close();
}

function* merge(left: RecvChan<string>, right: RecvChan<string>): Go<string[]> {
  const heard: string[] = [];
  while (left !== nilChan || right !== nilChan) {
    const s = yield* select({ left: left.next(), right: right.next() });
    if (!s.value.done) heard.push(`${s.key}: ${s.value.value}`);
    else if (s.key === 'left') left = nilChan;
    else right = nilChan;
  }
  return heard;
}

await run(function* main() {
  const tick = chan<string>();
  const tock = chan<string>();
  go(say, ['tick', 'tick', 'tick'], 40, tick);
  go(say, ['tock', 'tock'], 55, tock);
  for (const line of yield* merge(tick, tock)) console.log(line);
});
