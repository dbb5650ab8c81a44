/** Go's golang.org/x/sync/singleflight. */
export { Group, type Result } from './group.ts';
