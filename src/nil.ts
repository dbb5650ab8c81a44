/** Go's nil channel. */
import { CASE_NEVER, WAIT_RECV_NIL, WAIT_SEND_NIL } from '../assembly/layout.ts';
import type { Chan } from './chantypes.ts';
import { Panic } from './errors.ts';
import { type Op, type Parked, Operation } from './op.ts';
import { parkedOr, writeCase } from './runtime/cases.ts';
import { parkForever } from './runtime/core.ts';
import type { Waiter } from './runtime/processor.ts';
import { type Result, VOID } from './runtime/result.ts';
import { NO } from './runtime/state.ts';

class ForeverOp extends Operation<never> {
  constructor(
    readonly label: string,
    private readonly reason: number,
  ) {
    super();
  }

  start(g: Waiter | null): Result {
    return parkedOr(parkForever(g === null ? 0 : g.addr, this.reason));
  }

  finish(): Result {
    return VOID;
  }

  override ready(): number {
    return NO;
  }

  describe(i: number): void {
    writeCase(i, CASE_NEVER, 0);
  }

  commit(): Result {
    return VOID;
  }
}

const recv = (): Op<never> => new ForeverOp('recv()', WAIT_RECV_NIL);
const send = (): Op<never> => new ForeverOp('send()', WAIT_SEND_NIL);

/**
 * The channel that is never ready: every operation on it waits for ever, and as a case of a select it is never chosen.
 * Put it in the place of a channel to switch that case off.
 *
 * @throws Panic `close of nil channel` from `close`.
 * @example
 * let input: RecvChan<string> = lines;
 * const s = yield* select({ line: input.next(), quit: quit.recv() });
 * if (s.key === 'line' && s.value.done) input = nilChan; // closed: do not ask again
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- it stands for a channel of any type
export const nilChan: Chan<any> = {
  recv,
  next: recv,
  recvMany: recv,
  send,
  sendMany: send,
  trySend: () => false,
  tryRecv: () => undefined,
  close() {
    throw new Panic('close of nil channel', 'ERR_CLOSE_OF_NIL');
  },
  *each(): Generator<Parked, void, void> {
    yield* recv();
  },
  [Symbol.asyncIterator]: () => ({
    next: recv as unknown as () => Promise<IteratorResult<never, undefined>>,
  }),
  length: 0,
  capacity: 0,
  closed: false,
};
