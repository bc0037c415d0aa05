/** One number for the rows (y), one for the columns (x). */
export type Pair = readonly [y: number, x: number];

/** Zeros around the image, in pixels: rows above, rows below, columns left, columns right. Never a word like `same`. */
export type Padding = readonly [top: number, bottom: number, left: number, right: number];

export interface ConvOptions {
  /** Pixels the window moves per output pixel; 1 by default. */
  readonly stride?: Pair;
  /** Pixels between two taps of the kernel; 1 (no gap) by default. */
  readonly dilation?: Pair;
  /** 0 on every side by default. */
  readonly padding?: Padding;
}

export interface PoolOptions {
  /** Height and width of the window in pixels. */
  readonly size: Pair;
  /** The window's size by default, so that windows tile the image. */
  readonly stride?: Pair;
  /** 0 on every side by default; less than the window, so that no window lies outside the image. */
  readonly padding?: Padding;
}

/** A sliding window with nothing left open: what every op and every oracle computes with. */
export interface Window {
  readonly size: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly padding: Padding;
  /** Height and width of the output. */
  readonly output: Pair;
}

export type Shape4D = readonly [number, number, number, number];

const isCount = (value: number) => Number.isInteger(value) && value > 0;

function checkCounts(op: string, what: string, pair: Pair): void {
  if (pair.length !== 2 || !pair.every(isCount)) {
    throw new Error(`${op} ${what} is not a pair of whole numbers above 0: [${pair}]; use 1 or more per axis`);
  }
}

function checkPadding(op: string, padding: Padding): void {
  if (padding.length !== 4 || !padding.every((side) => Number.isInteger(side) && side >= 0)) {
    throw new Error(
      `${op} padding is not four whole numbers from 0 up: [${padding}]; use [top, bottom, left, right] in pixels`,
    );
  }
}

/** The shape as four numbers, or an error that names the axes the op expects. */
export function checkRank4(op: string, what: string, shape: readonly number[], axes: string): Shape4D {
  const [a, b, c, d] = shape;
  if (shape.length !== 4 || a === undefined || b === undefined || c === undefined || d === undefined) {
    throw new Error(`${op} ${what} has rank ${shape.length}: [${shape}]; reshape it to [${axes}]`);
  }
  return [a, b, c, d];
}

/** Output length along one axis: floor((length + pads - reach) / stride) + 1, where the kernel reaches (k-1)·d+1 pixels. */
function outputLength(op: string, axis: 0 | 1, length: number, window: Omit<Window, 'output'>): number {
  const padded = length + window.padding[2 * axis]! + window.padding[2 * axis + 1]!;
  const reach = (window.size[axis] - 1) * window.dilation[axis] + 1;
  if (reach > padded) {
    const unit = axis === 0 ? 'rows' : 'columns';
    throw new Error(
      `${op} window is larger than the padded input: ${reach} ${unit} on ${padded}; ` +
        'use a smaller window, less dilation or more padding',
    );
  }
  return Math.floor((padded - reach) / window.stride[axis]) + 1;
}

function finish(op: string, height: number, width: number, window: Omit<Window, 'output'>): Window {
  return { ...window, output: [outputLength(op, 0, height, window), outputLength(op, 1, width, window)] };
}

/** Fills the defaults of a convolution and checks every number. `input` is NHWC, `size` the kernel's height and width. */
export function convWindow(op: string, input: Shape4D, size: Pair, options: ConvOptions): Window {
  const { stride = [1, 1], dilation = [1, 1], padding = [0, 0, 0, 0] } = options;
  checkCounts(op, 'stride', stride);
  checkCounts(op, 'dilation', dilation);
  checkPadding(op, padding);
  return finish(op, input[1], input[2], { size, stride, dilation, padding });
}

/** Fills the defaults of a pool and checks every number. `input` is NHWC. */
export function poolWindow(op: string, input: Shape4D, options: PoolOptions): Window {
  const { size, stride = size, padding = [0, 0, 0, 0] } = options;
  checkCounts(op, 'size', size);
  checkCounts(op, 'stride', stride);
  checkPadding(op, padding);
  const [top, bottom, left, right] = padding;
  if (Math.max(top, bottom) >= size[0] || Math.max(left, right) >= size[1]) {
    throw new Error(`${op} padding reaches past the window: [${padding}]; use less than the window's size, [${size}]`);
  }
  return finish(op, input[1], input[2], { size, stride, dilation: [1, 1], padding });
}
