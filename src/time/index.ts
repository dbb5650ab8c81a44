/** Go's package time: durations are milliseconds. */
export { sleep } from './sleep.ts';
export { after, afterFunc, type FuncTimer, tick, Ticker, Timer } from './timer.ts';
