// Where the sites of a core are in its sources, from the text of the core with the marks of its source map.

import { headOf, sitesOf } from '../wasm/operators.ts';

const MARK = /^\s*;;@ (\S+):(\d+):\d+$/;
/** The accessors are inlined into every line that uses them, and that line is what is of interest. */
const ACCESSORS = /memory\.ts$/;

/** The file and line of each site, in the order of `rewrite`: it sees the same operators in the same order. */
export function placesOf(text: string, count: number): string[] {
  const places: string[] = [''];
  let place = '';
  for (const line of text.split('\n')) {
    const mark = MARK.exec(line);
    if (mark && !ACCESSORS.test(mark[1]!)) place = `${mark[1]!.split('/').at(-1)}:${mark[2]}`;
    for (let n = sitesOf(headOf(line)?.op ?? ''); n > 0; n--) places.push(place);
  }
  // Behind them come those of the host.
  return Array.from({ length: count }, (_, site) => places[site] ?? '');
}
