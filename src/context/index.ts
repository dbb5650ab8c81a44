/** Go's package context: cancellation, deadlines and values for whatever works on behalf of something. */
import './cross.ts';
export { afterFunc } from './afterfunc.ts';
export { Canceled, type ContextError, DeadlineExceeded } from './errors.ts';
export { fromSignal } from './fromsignal.ts';
export {
  background,
  cause,
  todo,
  withCancel,
  withCancelCause,
  withDeadline,
  withDeadlineCause,
  withoutCancel,
  withTimeout,
  withTimeoutCause,
  withValue,
} from './make.ts';
export type { CancelCauseFunc, CancelFunc, Context, ContextLike } from './types.ts';
