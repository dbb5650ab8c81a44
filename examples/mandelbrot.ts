/**
 * The Mandelbrot set on all processors, a task for each row of the picture:
 *
 *   node scripts/run-example.mjs examples/mandelbrot.ts [picture.png] [--width 1200] [--procs N]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { encode } from 'fast-png';
import { go, numCPU, run, task } from 'goroutines';

const DEEP = 1000; // a point that stays near 0 for so many steps belongs to the set

/** How soon z² + c leaves the circle of radius 16 about 0, smoothed between whole steps; 0 if never. */
function escape(cx: number, cy: number): number {
  for (let x = 0, y = 0, step = 1; step <= DEEP; step++) {
    [x, y] = [x * x - y * y + cx, 2 * x * y + cy];
    const r2 = x * x + y * y;
    if (r2 > 256) return step + 1 - Math.log2(Math.log2(r2) / 2);
  }
  return 0;
}

/** The colours of one row, three bytes a pixel. */
const row = task(import.meta.url, 'row', (y: number, width: number, height: number): Uint8Array => {
  const pixels = new Uint8Array(3 * width);
  const scale = 3 / width;
  for (let x = 0; x < width; x++) {
    const depth = escape(x * scale - 2.25, (y - height / 2) * scale);
    if (depth === 0) continue;
    for (let c = 0; c < 3; c++) pixels[3 * x + c] = 128 - 127 * Math.cos(0.35 * Math.sqrt(depth) * (c + 2));
  }
  return pixels;
});

const options = { width: { type: 'string', default: '1200' }, procs: { type: 'string' } } as const;
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const procs = Number(values.procs ?? numCPU());

await run(
  function* main() {
    const [file = 'build/mandelbrot.png', width] = [positionals[0], Number(values.width)];
    const height = Math.round((width * 3) / 4);
    const data = new Uint8Array(3 * width * height);

    const start = performance.now();
    const rows = Array.from({ length: height }, (_, y) => go(row, y, width, height));
    for (const [y, pixels] of rows.entries()) data.set(yield* pixels.join(), 3 * width * y);
    const seconds = ((performance.now() - start) / 1000).toFixed(2);

    writeFileSync(file, encode({ width, height, data, channels: 3 }));
    console.log(`${file}: ${width} × ${height} in ${seconds} s on ${procs} processors`);
  },
  { procs },
);
