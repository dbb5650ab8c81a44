/**
 * The memory of the core, and its code: of the thread that started this one, or made here.
 *
 * Where memory cannot be shared, as on a page that is not isolated from others, there is one thread and memory of the
 * plain kind. That never grows: growing would detach every view of it, in the middle of an operation.
 */
import { PAGE, PAGES_INITIAL } from '../../assembly/layout.ts';
import { version } from '../about.ts';
import { coreWasm } from '../generated/core-wasm.ts';
import { host } from '../host/index.ts';
import { unshared } from './unshared.ts';

/** Addresses stay below 2 GiB, so they are non-negative as signed integers. */
const SHARED_PAGES = (2 * 1024 ** 3) / PAGE;
/** Room for four million goroutines. It is address space until it is used. */
const PLAIN_PAGES = (256 * 1024 ** 2) / PAGE;

/** Half as many pages, until there is room for them. */
function reserve(pages: number, make: (pages: number) => WebAssembly.Memory): WebAssembly.Memory {
  for (; ; pages >>= 1) {
    try {
      return make(pages);
    } catch (error) {
      if (pages <= PAGES_INITIAL * 2) throw error;
    }
  }
}

function shared(): WebAssembly.Memory | undefined {
  if (typeof SharedArrayBuffer !== 'function') return undefined;
  try {
    return reserve(
      SHARED_PAGES,
      (maximum) => new WebAssembly.Memory({ initial: PAGES_INITIAL, maximum, shared: true }),
    );
  } catch {
    return undefined;
  }
}

function plain(): WebAssembly.Memory {
  return reserve(PLAIN_PAGES, (pages) => new WebAssembly.Memory({ initial: pages, maximum: pages }));
}

export function decode(base64: string): Uint8Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function compile(): WebAssembly.Module {
  const bytes = host.debugCore() ?? decode(coreWasm);
  return new WebAssembly.Module((isShared ? bytes : unshared(bytes)) as BufferSource);
}

/** What this thread was started with, if another thread of the library started it: then the memory is in use. */
export const boot = host.boot();

if (boot !== undefined && boot.version !== version) {
  throw new Error(
    `goroutines: version ${boot.version} started this thread, but ${boot.url} is version ${version}: ` +
      'it has changed meanwhile',
  );
}

const common = boot?.memory ?? shared();

/** Whether threads can share the memory. */
export const isShared = common !== undefined;

export const memory = common ?? plain();

export const module = boot?.module ?? compile();

/** So many pages the memory can have. */
export const MAX_PAGES = isShared ? SHARED_PAGES : memory.buffer.byteLength / PAGE;
