/** The binding to the reaper: see assembly/reaper.ts. Instantiated when the first thread has died. */
import { instantiateSync } from '@assemblyscript/loader';
import { reaperWasm } from '../generated/reaper-wasm.ts';
import { base, imports } from './core.ts';
import { decode } from './memory.ts';

/** Its exports. `dead` is the address of a processor whose thread has ended. */
interface Reaper {
  attach(block: number): void;
  wakeOne(): void;
  reapLocks(dead: number): void;
  reapWork(dead: number): void;
  reapRecords(dead: number): number;
}

let instance: Reaper | undefined;

export function reaper(): Reaper {
  if (instance === undefined) {
    const module = new WebAssembly.Module(decode(reaperWasm) as BufferSource);
    instance = instantiateSync(module, imports).instance.exports as unknown as Reaper;
    instance.attach(base); // it acts as this thread's processor
  }
  return instance;
}
