/** Go's golang.org/x/sync/errgroup, and structured concurrency on top of it. */
export { Group, withContext } from './group.ts';
export { scope, type Scope } from './scope.ts';
