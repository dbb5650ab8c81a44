/** A worker pool: three workers share the jobs of one channel; the results are closed when the last has gone. */
import { chan, go, type Go, type RecvChan, run, type SendChan, sleep, WaitGroup } from 'goroutines';

interface Job {
  readonly id: number;
  readonly ms: number;
}

function* worker(jobs: RecvChan<Job>, results: SendChan<string>): Go {
  yield* jobs.each(function* (job) {
    yield* sleep(job.ms);
    yield* results.send(`job ${job.id} took ${job.ms} ms`);
  });
}

function* closer(workers: WaitGroup, results: SendChan<string>): Go {
  yield* workers.wait();
  results.close();
}

await run(function* main() {
  const jobs = chan<Job>(10);
  const results = chan<string>();

  const workers = new WaitGroup();
  for (let i = 0; i < 3; i++) workers.go(worker, jobs, results);
  go(closer, workers, results);

  for (let id = 1; id <= 6; id++) yield* jobs.send({ id, ms: 10 * id });
  jobs.close();

  yield* results.each((line) => console.log(line));
});
