import type { RecvChan } from '../chantypes.ts';
import { outOfMemory, Panic } from '../errors.ts';
import { checkBody, currentProgram, start } from '../goroutine.ts';
import { host } from '../host/index.ts';
import { nilChan } from '../nil.ts';
import { timerFree, timerNew, timerSet } from '../runtime/core.ts';
import { kick } from '../runtime/loop.ts';
import { type Alarm, clearOwner, setOwner } from '../runtime/processor.ts';
import { trace } from '../runtime/site.ts';
import { checkMs, dueIn } from './sleep.ts';
import { TimerChan } from './timerchan.ts';

/**
 * One event in the future: after `ms` milliseconds its channel has a value, the time it was due in milliseconds since
 * 1970. The channel is unbuffered, and no value from before can be received after `stop` or `reset`. A timer that
 * nobody waits on costs nothing, keeps no process alive, and needs no `stop`.
 *
 * Source: Go's `time.Timer` since 1.23.
 *
 * @throws TypeError unless `ms` is a number.
 * @example
 * const timeout = new Timer(1000);
 * const s = yield* select({ job: jobs.recv(), late: timeout.c.recv() });
 */
export class Timer {
  /** Has the value. */
  readonly c: RecvChan<number>;
  readonly #chan: TimerChan;

  constructor(ms: number) {
    this.#chan = new TimerChan(0);
    this.c = this.#chan;
    this.#chan.arm(checkMs('Timer', ms), 0);
  }

  /** Keeps it from firing. True if it did: its value was not received yet. */
  stop(): boolean {
    return this.#chan.disarm();
  }

  /** Fires `ms` from now instead. True if it was still to fire: its value was not received yet. */
  reset(ms: number): boolean {
    return this.#chan.arm(checkMs('Timer.reset', ms), 0);
  }
}

/**
 * What `afterFunc` gives: a timer that calls a function.
 *
 * @example
 * const alarm: FuncTimer = afterFunc(5000, () => controller.abort());
 * alarm.reset(10_000);
 */
export interface FuncTimer {
  /** Go's nil channel: the event is the call. */
  readonly c: RecvChan<number>;
  /** Keeps the function from being called. False if it was called or stopped already. Does not wait for it. */
  stop(): boolean;
  /** Calls it `ms` from now instead, or again. True if it was still to be called. */
  reset(ms: number): boolean;
}

class Call implements FuncTimer, Alarm {
  readonly c = nilChan;
  readonly program = currentProgram();
  private readonly made = trace(afterFunc);
  private record = 0;

  constructor(
    private readonly f: () => unknown,
    ms: number,
  ) {
    this.reset(ms);
  }

  reset(ms: number): boolean {
    checkMs('afterFunc', ms);
    if (this.program.over) return false;
    const was = this.record !== 0;
    if (!was) {
      this.record = timerNew();
      if (this.record === 0) throw outOfMemory();
      setOwner(this.record, this);
      this.program.pending++;
    }
    timerSet(this.record, dueIn(ms));
    kick();
    return was;
  }

  stop(): boolean {
    if (this.record === 0) return false;
    clearOwner(this.record);
    timerFree(this.record);
    this.record = 0;
    this.program.pending--;
    kick();
    return true;
  }

  fire(): void {
    this.stop();
    try {
      start(this.program, this.f, [], this.made);
    } catch (error) {
      host.uncaught(error); // out of memory: nobody is there to catch it
    }
  }
}

/**
 * Calls `f` in a goroutine of its own after `ms` milliseconds. Keeps the process alive until then. Set inside a `run`, it
 * ends with that program.
 *
 * Source: Go's `time.AfterFunc`.
 *
 * @throws TypeError unless `ms` is a number and `f` a function.
 * @example
 * const alarm = afterFunc(5000, () => controller.abort());
 * if (finished) alarm.stop();
 */
export function afterFunc(ms: number, f: () => unknown): FuncTimer {
  checkBody('afterFunc', f);
  return new Call(f, ms);
}

/**
 * A channel that has a value after `ms` milliseconds: `new Timer(ms).c`.
 *
 * @throws TypeError unless `ms` is a number.
 * @example
 * const s = yield* select({ v: ch.recv(), late: after(100).recv() });
 */
export function after(ms: number): RecvChan<number> {
  return new Timer(ms).c;
}

/**
 * Fires again and again, every `ms` milliseconds. A slow receiver loses ticks: at most one is to be had.
 *
 * Source: Go's `time.Ticker` since 1.23.
 *
 * @throws Panic `non-positive interval for NewTicker`.
 * @throws TypeError unless `ms` is a number.
 * @example
 * const ticker = new Ticker(1000);
 * yield* ticker.c.each(report);
 */
export class Ticker {
  /** Has the ticks: the times they were due, in milliseconds since 1970. */
  readonly c: RecvChan<number>;
  readonly #chan: TimerChan;

  constructor(ms: number) {
    checkInterval(checkMs('Ticker', ms), 'NewTicker');
    this.#chan = new TimerChan(ms);
    this.c = this.#chan;
    this.#chan.arm(ms, ms);
  }

  /** No more ticks. Does not close the channel. */
  stop(): void {
    this.#chan.disarm();
  }

  /**
   * Ticks every `ms` milliseconds from now on, also after `stop`.
   *
   * @throws Panic `non-positive interval for Ticker.Reset`.
   */
  reset(ms: number): void {
    checkInterval(checkMs('Ticker.reset', ms), 'Ticker.Reset');
    this.#chan.arm(ms, ms);
  }
}

function checkInterval(ms: number, where: string): void {
  if (ms <= 0) throw new Panic(`non-positive interval for ${where}`, 'ERR_TICKER_INTERVAL');
}

/**
 * The channel of a ticker that is never stopped; `nilChan` unless `ms` is positive.
 *
 * Source: Go's `time.Tick`.
 *
 * @throws TypeError unless `ms` is a number.
 * @example
 * for await (const time of tick(1000)) console.log(new Date(time));
 */
export function tick(ms: number): RecvChan<number> {
  return checkMs('tick', ms) > 0 ? new Ticker(ms).c : nilChan;
}
