/**
 * One library a thread. Bundlers and development servers make copies of it, and goroutines of one could not use
 * channels of another: the copy that is loaded first registers itself, and every further one hands out its API.
 *
 * scripts/build.mjs wraps the whole library in the function given to `claim`, so that of a further copy nothing
 * exists: no memory, no core, no listener. Rejected: `await import()` behind the question, since top-level await
 * cannot be loaded by `require` and not every bundler can pack it.
 */

/** Shared by all copies of all versions: must not change. */
const KEY = Symbol.for('goroutines');

interface Instance<Api> {
  readonly version: string;
  readonly url: string | undefined;
  readonly api: Api;
}

/**
 * The API of the library in this thread: of the copy that was first, else what `make` makes.
 *
 * @throws Error if the first copy is of another version.
 */
export function claim<Api>(version: string, url: string | undefined, make: () => Api): Api {
  const globals = globalThis as { [KEY]?: Instance<Api> };
  const first = globals[KEY];
  if (first === undefined) {
    const api = make();
    // Not enumerable, not writable: whoever copies or clears globals leaves it alone.
    Object.defineProperty(globals, KEY, { value: { version, url, api } satisfies Instance<Api> });
    return api;
  }
  if (first.version === version) return first.api;
  throw new Error(
    `goroutines: two versions are loaded in one thread, ${named(first.version, first.url)} and then ` +
      `${named(version, url)}. Goroutines of one cannot use channels of the other: let the whole program use ` +
      'one version (`npm ls goroutines` says who asks for which)',
  );
}

function named(version: string, url: string | undefined): string {
  return url === undefined ? version : `${version} (${url})`;
}
