/** What this copy of the library is; scripts/build.mjs puts the version in place. */
declare const GOROUTINES_VERSION: string;

export const version = GOROUTINES_VERSION;

/** The module that this copy was loaded as, if the bundler that packed it kept that. */
export const url: string | undefined = import.meta.url;
