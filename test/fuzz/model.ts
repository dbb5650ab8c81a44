/**
 * Channels and select as the Go specification has them, with nothing of the implementation: no slots, no tags, no
 * records. It makes no choices: where Go chooses at random, the caller says what was chosen.
 */

/** What an operation that completed gave. */
export type Outcome =
  { readonly kind: 'sent' | 'closed' | 'panic' } | { readonly kind: 'value'; readonly value: number };

export interface Waiter {
  readonly g: number;
  /** Which case of its select. */
  readonly index: number;
  /** The value it offers, if it sends. */
  readonly value: number;
  readonly list: Waiter[];
}

/** A send has a value. */
export interface Case {
  readonly on: Channel;
  readonly value?: number;
}

export class Channel {
  readonly buffer: number[] = [];
  readonly receivers: Waiter[] = [];
  readonly senders: Waiter[] = [];
  closed = false;
  constructor(readonly capacity: number) {}
}

const SENT: Outcome = { kind: 'sent' };
const CLOSED: Outcome = { kind: 'closed' };
const PANIC: Outcome = { kind: 'panic' };

export class Model {
  /** Who waits, and all the places where it does. */
  readonly waiting = new Map<number, Waiter[]>();
  /** Whose operation the last one completed, if any. */
  partner: Waiter | undefined;

  /** `woken` hears of everybody whose wait is over. */
  constructor(private readonly woken: (g: number, index: number, outcome: Outcome) => void) {}

  ready({ on, value }: Case): boolean {
    if (on.closed) return true;
    if (value !== undefined) return on.receivers.length > 0 || on.buffer.length < on.capacity;
    return on.senders.length > 0 || on.buffer.length > 0;
  }

  /** Performs a case that is ready. */
  perform({ on, value }: Case): Outcome {
    this.partner = undefined;
    return value === undefined ? this.receive(on) : this.send(on, value);
  }

  private send(on: Channel, value: number): Outcome {
    if (on.closed) return PANIC;
    const [receiver] = on.receivers;
    if (receiver) this.wake((this.partner = receiver), { kind: 'value', value });
    else on.buffer.push(value);
    return SENT;
  }

  private receive(on: Channel): Outcome {
    const [sender] = on.senders;
    if (sender) {
      on.buffer.push(sender.value);
      this.wake((this.partner = sender), SENT);
    }
    const value = on.buffer.shift();
    return value === undefined ? CLOSED : { kind: 'value', value };
  }

  /** False if it is closed already. */
  close(on: Channel): boolean {
    if (on.closed) return false;
    on.closed = true;
    while (on.receivers[0]) this.wake(on.receivers[0], CLOSED);
    while (on.senders[0]) this.wake(on.senders[0], PANIC);
    return true;
  }

  /** Lets `g` wait in all cases; none is ready. */
  park(g: number, cases: readonly Case[]): void {
    this.waiting.set(g, []);
    cases.forEach(({ on, value }, index) =>
      this.enter(g, index, value === undefined ? on.receivers : on.senders, value),
    );
  }

  /** Lets `g` wait in one list more. */
  enter(g: number, index: number, list: Waiter[], value = 0): void {
    const waiter = { g, index, value, list };
    list.push(waiter);
    this.waiting.get(g)?.push(waiter);
  }

  wake(waiter: Waiter, outcome: Outcome): void {
    this.leave(waiter.g);
    this.woken(waiter.g, waiter.index, outcome);
  }

  /** Takes `g` out of every list. */
  leave(g: number): void {
    for (const waiter of this.waiting.get(g) ?? []) waiter.list.splice(waiter.list.indexOf(waiter), 1);
    this.waiting.delete(g);
  }
}
