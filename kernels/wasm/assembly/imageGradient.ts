import { floorDivide, placeImage } from './images.ts';
import { multiply } from './multiply.ts';
import { packBias, packTransposed, panelBytes } from './panels.ts';
import { PANEL_BYTES } from './product.ts';
import { addRun, fillTile } from './runs.ts';
import { Window } from './window.ts';

/** Pixels of dx that a stride lies between meet the same taps: a convolution of dy with these taps alone. */
@unmanaged
class Phase {
  runs: usize;
  runCount: i32;
  places: usize;
  pixels: i32;
  panels: usize;
  panelStep: i32;
}

const PHASE_BYTES: i32 = 24;

/** How dx follows from dy: laid out once for all images. */
@unmanaged
export class ImageGradient {
  window: Window;
  /** Zeros around dy, and its size with them. */
  top: i32;
  left: i32;
  height: i32;
  width: i32;
  padded: usize;
  zeros: usize;
  phases: usize;
  phaseCount: i32;

  get isPadded(): bool {
    return this.height > this.window.outHeight || this.width > this.window.outWidth;
  }

  /** Bytes of a pixel of dy. */
  get pixel(): i32 {
    return 4 * this.window.outChannels;
  }

  /** dx of one image. */
  compute(dy: usize, dx: usize): void {
    const window = this.window;
    let from = dy;
    if (this.isPadded) {
      from = this.padded;
      placeImage(dy, window.outHeight, window.outWidth, this.pixel, from, this.height, this.width, this.top, this.left);
    }
    for (let i = 0; i < this.phaseCount; i++) {
      const phase = changetype<Phase>(this.phases + i * PHASE_BYTES);
      multiply(
        from,
        phase.places,
        phase.pixels,
        phase.runs,
        phase.runCount,
        phase.panels,
        phase.panelStep,
        this.zeros,
        dx,
        window.inChannels,
        0,
      );
    }
  }
}

/** Zeros that dy needs before its first row (or column): a tap may reach so far back. */
function zerosBefore(kernel: i32, dilation: i32, padding: i32, stride: i32): i32 {
  return max(0, floorDivide((kernel - 1) * dilation - padding, stride));
}

/** Rows of dy that a row of the image may meet, counted from its first. */
function metLength(length: i32, padding: i32, stride: i32): i32 {
  return (length - 1) / stride - floorDivide(-padding, stride) + 1;
}

/** Lays out the way from dy to dx behind `at`. */
export function imageGradient(at: usize, w: usize, window: Window): ImageGradient {
  const way = changetype<ImageGradient>(at);
  const rows = window.taps * window.outChannels;
  way.window = window;
  way.top = zerosBefore(window.kernelHeight, window.dilationY, window.top, window.strideY);
  way.left = zerosBefore(window.kernelWidth, window.dilationX, window.left, window.strideX);
  way.height = way.top + max(window.outHeight, metLength(window.height, window.top, window.strideY));
  way.width = way.left + max(window.outWidth, metLength(window.width, window.left, window.strideX));
  way.zeros = at + 64;
  way.padded = way.zeros + panelBytes(1, window.inChannels);
  const paddedBytes = way.isPadded ? way.height * way.width * way.pixel : 0;
  packBias(0, window.inChannels, way.zeros);
  memory.fill(way.padded, 0, paddedBytes);

  const phasesY = min(window.strideY, window.height);
  const phasesX = min(window.strideX, window.width);
  way.phases = way.padded + paddedBytes;
  way.phaseCount = phasesY * phasesX;
  let panels = way.phases + way.phaseCount * PHASE_BYTES;
  let free = panels + panelBytes(rows, window.inChannels);
  for (let i = 0; i < way.phaseCount; i++) {
    const phase = changetype<Phase>(way.phases + i * PHASE_BYTES);
    phase.panels = panels;
    phase.runs = free;
    free = addTaps(phase, way, w, i / phasesX, i % phasesX);
    free = addPlaces(phase, way, free, i / phasesX, i % phasesX);
    panels += panelBytes(phase.panelStep / PANEL_BYTES, window.inChannels);
  }
  return way;
}

/** The rows (or columns) from a pixel of dx, in strides, to the one of dy that a tap lets it meet. */
function offsetOf(tap: i32, dilation: i32, padding: i32, stride: i32): i32 {
  return -floorDivide(tap * dilation - padding, stride);
}

/** Which pixels of a stride a tap lets meet dy. */
function phaseOf(tap: i32, dilation: i32, padding: i32, stride: i32): i32 {
  return tap * dilation - padding + offsetOf(tap, dilation, padding, stride) * stride;
}

/** How many taps along one axis a phase has. */
function tapsOf(phase: i32, kernel: i32, dilation: i32, padding: i32, stride: i32): i32 {
  let count = 0;
  for (let tap = 0; tap < kernel; tap++) count += i32(phaseOf(tap, dilation, padding, stride) == phase);
  return count;
}

/** The runs of a phase, and its part of the kernel in their order, transposed. Returns the end of the runs. */
function addTaps(phase: Phase, way: ImageGradient, w: usize, y0: i32, x0: i32): usize {
  const window = way.window;
  const columns = window.inChannels;
  const rows = window.outChannels;
  const inColumn = tapsOf(y0, window.kernelHeight, window.dilationY, window.top, window.strideY);
  const inRow = tapsOf(x0, window.kernelWidth, window.dilationX, window.left, window.strideX);
  phase.panelStep = inColumn * inRow * rows * PANEL_BYTES;
  let to = phase.panels;
  let end = phase.runs;
  // Backwards, so that dy is read forwards.
  for (let ky = window.kernelHeight - 1; ky >= 0; ky--) {
    if (phaseOf(ky, window.dilationY, window.top, window.strideY) != y0) continue;
    const row = offsetOf(ky, window.dilationY, window.top, window.strideY) * way.width;
    for (let kx = window.kernelWidth - 1; kx >= 0; kx--) {
      if (phaseOf(kx, window.dilationX, window.left, window.strideX) != x0) continue;
      const tap = w + 4 * (ky * window.kernelWidth + kx) * columns * rows;
      packTransposed(tap, rows, columns, way.pixel, to, phase.panelStep);
      to += rows * PANEL_BYTES;
      const at = (row + offsetOf(kx, window.dilationX, window.left, window.strideX)) * way.pixel;
      end = addRun(phase.runs, end, at, rows);
    }
  }
  phase.runCount = i32(end - phase.runs) >> 3;
  return end;
}

/** Where the pixels of a phase start in dy, and where they end in dx. Returns the end of the table. */
function addPlaces(phase: Phase, way: ImageGradient, places: usize, y0: i32, x0: i32): usize {
  const window = way.window;
  let end = places;
  for (let y = y0; y < window.height; y += window.strideY) {
    const row = way.top + y / window.strideY;
    for (let x = x0; x < window.width; x += window.strideX, end += 8) {
      const column = way.left + x / window.strideX;
      store<i32>(end, (row * way.width + column) * way.pixel);
      store<i32>(end, 4 * window.inChannels * (y * window.width + x), 4);
    }
  }
  phase.places = places;
  phase.pixels = i32(end - places) >> 3;
  return fillTile(places, end);
}
