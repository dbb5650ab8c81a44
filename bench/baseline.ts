/**
 * What plain JavaScript gives: generators as goroutines, an array of the ready ones, and a channel of two more arrays.
 * No errors, no close, no select, and who does not yield when told to gets wrong results. A yardstick, not a library.
 */
type Body = Generator<void, void, unknown>;
type Task = { readonly body: Body; value: unknown };

let ready: Task[] = [];
let current: Task;

export function spawn(body: Body): void {
  ready.push({ body, value: undefined });
}

/** Runs everything that was spawned, until nothing is ready. */
export function runAll(): void {
  for (let head = 0; head < ready.length;) {
    current = ready[head++] as Task;
    current.body.next(current.value);
    if (head === 1024) [ready, head] = [ready.slice(head), 0];
  }
  ready = [];
}

function wake(task: Task, value: unknown): void {
  task.value = value;
  ready.push(task);
}

/** Use: `if (!ch.send(v)) yield;` and `const v = ch.recv() ? ch.got : yield;`. */
export class PlainChan {
  got: unknown;
  private readonly buffer: unknown[] = [];
  private first = 0;
  private length = 0;
  private readonly receivers: Task[] = [];
  private readonly senders: { readonly task: Task; readonly value: unknown }[] = [];

  constructor(private readonly capacity: number) {}

  /** False: the value waits for a receiver, and so must the caller. */
  send(value: unknown): boolean {
    if (this.receivers.length > 0) wake(this.receivers.shift() as Task, value);
    else if (this.length < this.capacity) this.buffer[(this.first + this.length++) % this.capacity] = value;
    else {
      this.senders.push({ task: current, value });
      return false;
    }
    return true;
  }

  /** True: the value is in `got`. False: the caller must yield for it. */
  recv(): boolean {
    const sender = this.senders.length > 0 ? this.senders.shift() : undefined;
    if (this.length > 0) {
      this.got = this.buffer[this.first];
      this.first = (this.first + 1) % this.capacity;
      this.length--;
      if (sender) this.buffer[(this.first + this.length++) % this.capacity] = sender.value;
    } else if (sender) this.got = sender.value;
    else {
      this.receivers.push(current);
      return false;
    }
    if (sender) wake(sender.task, undefined);
    return true;
  }
}
