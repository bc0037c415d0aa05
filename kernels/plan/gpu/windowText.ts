import type { WindowDims } from '../tensors/slidingWindow.ts';
import { loop } from './text.ts';

/** Sizes along one axis. */
export interface Axis {
  readonly name: 'y' | 'x';
  readonly length: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

type MaybeDilated = WindowDims & { readonly dilationY?: number; readonly dilationX?: number };

export function axesOf(d: MaybeDilated): readonly [Axis, Axis] {
  return [
    {
      name: 'y',
      length: d.height,
      out: d.outHeight,
      kernel: d.kernelHeight,
      stride: d.strideY,
      dilation: d.dilationY ?? 1,
      before: d.top,
    },
    {
      name: 'x',
      length: d.width,
      out: d.outWidth,
      kernel: d.kernelWidth,
      stride: d.strideX,
      dilation: d.dilationX ?? 1,
      before: d.left,
    },
  ];
}

/** Whether every tap of every window lies inside the image. */
export const staysInside = ({ length, out, kernel, stride, dilation, before }: Axis): boolean =>
  before === 0 && (out - 1) * stride + (kernel - 1) * dilation < length;

/** Where the tap `k` of window `o` reads. */
export const tapAt = ({ stride, dilation, before }: Axis, o: string, k: string): string =>
  `${o} * ${stride} + ${k} * ${dilation} - ${before}`;

/** The taps of one window: `ky` and `y` for the rows, where the window is row `oy`. Those outside the image are left out. */
export function tapsOf(axis: Axis, body: string): string {
  const { name, kernel, length } = axis;
  const skip = staysInside(axis) ? '' : `if (${name} < 0 || ${name} >= ${length}) { continue; }`;
  return loop(`k${name}`, 0, kernel, `let ${name} = ${tapAt(axis, `o${name}`, `k${name}`)};\n${skip}\n${body}`);
}

/**
 * The windows that hold one row of the image, `oy`, each with the tap `ky` that is row `y`. Windows that are not there are
 * left out, or not.
 */
export function windowsOf(
  { name, out, kernel, stride, dilation, before }: Axis,
  body: string,
  leavesOut = true,
): string {
  const skip = leavesOut ? `if (o${name} < 0 || o${name} >= ${out}) { continue; }` : '';
  const found = `let o${name} = (${name} + ${before} - k${name} * ${dilation}) / ${stride};\n${skip}\n${body}`;
  if (stride === 1) return loop(`k${name}`, 0, kernel, found);
  if (dilation > 1) {
    const fits = `if ((${name} + ${before} - k${name} * ${dilation}) % ${stride} != 0) { continue; }`;
    return loop(`k${name}`, 0, kernel, `${fits}\n${found}`);
  }
  return `for (var k${name} = (${name} + ${before}) % ${stride}; k${name} < ${kernel}; k${name} += ${stride}) {\n${found}\n}`;
}

/** The windows whose tap `ky` lies inside the image: rows from `firstY` up to `endY`. */
export function windowsOfTap({ name, length, out, stride, dilation, before }: Axis): string {
  const [N] = [name.toUpperCase()];
  return `
let first${N} = max(0, (${before} - k${name} * ${dilation} + ${stride - 1}) / ${stride});
let end${N} = min(${out}, (${length - 1 + before + stride} - k${name} * ${dilation}) / ${stride});`;
}

/** The parts of a number: `pixel` is an output pixel. */
export const outputPixel = (d: WindowDims): string => `
let ox = pixel % ${d.outWidth};
let oy = (pixel / ${d.outWidth}) % ${d.outHeight};
let n = pixel / ${d.outHeight * d.outWidth};`;

/** The parts of a number: `pixel` is a pixel of the image. */
export const imagePixel = (d: WindowDims): string => `
let x = pixel % ${d.width};
let y = (pixel / ${d.width}) % ${d.height};
let n = pixel / ${d.height * d.width};`;
