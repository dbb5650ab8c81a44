/** How the fuzz tests run: the environment repeats a failure. Described in channels.test.ts. */

function integer(name: string): number | undefined {
  const text = process.env[name];
  return text === undefined ? undefined : Number(text);
}

/** Parameters for fast-check; `runs` unless the environment says otherwise. */
export function parameters(runs: number): {
  numRuns: number;
  seed?: number;
  path?: string;
  endOnFailure: boolean;
} {
  const seed = integer('FUZZ_SEED');
  const path = process.env['FUZZ_PATH'];
  return {
    numRuns: integer('FUZZ_RUNS') ?? runs,
    ...(seed === undefined ? {} : { seed }),
    ...(path === undefined ? {} : { path }),
    endOnFailure: path !== undefined,
  };
}

/** Long enough for FUZZ_RUNS of any size. */
export const TIMEOUT = process.env['FUZZ_RUNS'] === undefined ? 120_000 : 24 * 3600 * 1000;
