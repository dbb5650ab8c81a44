/**
 * A core whose thread can be ended wherever the host may end one: at the entry of each function and at the head of each
 * loop it calls `gate`, which may throw. What stands between two gates is done whole, as it is when a thread is
 * terminated (assembly/reap.ts).
 */
import binaryen from 'binaryen';
import { FEATURES, textOf } from '../../model/wasm/instrument.ts';

const BEHIND_IMPORTS = /^ \((?:global|memory|table|export|func)\b/;
const FUNCTION = /^ \(func /;
const LOCAL = /^ {2}\(local /;
const LOOP = /^\s+\(loop\b/;

/** Throws if next to nothing was put in: then Binaryen writes its text in another way today. */
export function withGates(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out: string[] = [];
  let imported = false;
  let entry = false;
  let gates = 0;
  const gate = (): void => {
    out.push('(call $gate)');
    gates++;
  };
  for (const line of textOf(bytes).split('\n')) {
    if (!imported && BEHIND_IMPORTS.test(line)) {
      out.push(' (import "env" "gate" (func $gate))');
      imported = true;
    }
    if (entry && !LOCAL.test(line)) {
      gate();
      entry = false;
    }
    out.push(line);
    if (FUNCTION.test(line)) entry = true;
    if (LOOP.test(line)) gate();
  }
  if (gates < 100) throw new Error(`only ${gates} gates were found`);
  const module = binaryen.parseText(out.join('\n'));
  module.setFeatures(FEATURES);
  if (!module.validate()) throw new Error('the core with gates is not valid');
  const binary = module.emitBinary();
  module.dispose();
  return new Uint8Array(binary);
}
