/** What a scenario is given, and what it is. */

export interface Context {
  readonly seed: number;
  /** How much is to be done: messages, kills; whatever the scenario counts. */
  readonly count: number;
  readonly seconds: number;
  /** Something has happened; `text` is the live line. */
  live(text: string): void;
  /** Something has happened. */
  step(): void;
  /** A line that stays. */
  say(text: string): void;
}

export interface Scenario {
  readonly about: string;
  /** What the long form does if nobody says. */
  readonly count?: number;
  readonly seconds?: number;
  /** Rejects when something is wrong; otherwise the figures of the last line. */
  run(context: Context): Promise<string>;
}

export class Failure extends Error {
  override name = 'Failure';
}

export function check(holds: boolean, what: string | (() => string)): asserts holds {
  if (!holds) throw new Failure(typeof what === 'string' ? what : what());
}
