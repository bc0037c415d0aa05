import { multiply } from './multiply.ts';
import { packBias, packPanels, panelBytes } from './panels.ts';
import { PANEL_BYTES } from './product.ts';
import { addRun, fillTile } from './runs.ts';
import { Window } from './window.ts';

/**
 * A product of pixels and the packed kernel without copies of windows: a row is what the window sees of the padded image, and
 * its taps are runs of numbers there.
 */
export function convolve(x: usize, w: usize, bias: usize, y: usize, window: Window, relu: i32): void {
  const pixel = 4 * window.inChannels;
  const columns = window.outChannels;
  const depth = window.taps * window.inChannels;
  const panels = window.end;
  const packedBias = panels + panelBytes(depth, columns);
  const padded = packedBias + panelBytes(1, columns);
  packPanels(w, depth, columns, panels);
  packBias(bias, columns, packedBias);
  memory.fill(padded, 0, window.paddedBytes);

  const runs = padded + window.paddedBytes;
  let places = runs;
  for (let ky = 0; ky < window.kernelHeight; ky++) {
    for (let kx = 0; kx < window.kernelWidth; kx++) {
      const at = ky * window.dilationY * window.rowBytes + kx * window.dilationX * pixel;
      places = addRun(runs, places, at, window.inChannels);
    }
  }
  let end = places;
  for (let oy = 0; oy < window.outHeight; oy++) {
    for (let ox = 0; ox < window.outWidth; ox++, end += 8) {
      store<i32>(end, oy * window.strideY * window.rowBytes + ox * window.strideX * pixel);
      store<i32>(end, 4 * columns * (oy * window.outWidth + ox), 4);
    }
  }
  fillTile(places, end);

  const runCount = i32(places - runs) >> 3;
  for (let n = 0; n < window.batch; n++, y += 4 * window.pixels * columns) {
    const image = window.images(x, n, 1, padded);
    const step = depth * PANEL_BYTES;
    multiply(image, places, window.pixels, runs, runCount, panels, step, packedBias, y, columns, relu);
  }
}
