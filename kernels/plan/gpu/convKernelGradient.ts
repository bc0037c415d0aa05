import type { ConvDims } from '../tensors/slidingWindow.ts';
import { divisor, each, lane, lanesOf, loop, typeOf } from './text.ts';
import type { Task } from './together.ts';
import { axesOf, windowsOfTap } from './windowText.ts';

/** dw of a convolution: one thread for some rows and columns of one tap, image by image so that long sums keep their digits. */
export function convKernelGradient(d: ConvDims, [x, , dy, , dw]: readonly number[], isSet: boolean): Task {
  const { inChannels, outChannels } = d;
  const [li, lo] = [lanesOf(inChannels), lanesOf(outChannels)];
  const [vectorsIn, vectorsOut] = [inChannels / li, outChannels / lo];
  const taps = d.kernelHeight * d.kernelWidth;
  const rows = divisor(vectorsIn, 4 / li);
  const columns = divisor(vectorsOut, Math.min(2, (taps * vectorsOut * (vectorsIn / rows)) / 16));
  const [blocksIn, blocksOut] = [vectorsIn / rows, vectorsOut / columns];
  const [axisY, axisX] = axesOf(d);
  const numbers = (text: (k: number, j: number) => string) => each(rows * li, (k) => each(columns, (j) => text(k, j)));
  const type = typeOf(lo);
  return {
    threads: taps * blocksIn * blocksOut,
    body: (shader) => `
let j = id % ${blocksOut};
let i = (id / ${blocksOut}) % ${blocksIn};
let kx = (id / ${blocksOut * blocksIn}) % ${d.kernelWidth};
let ky = id / ${blocksOut * blocksIn * d.kernelWidth};
${windowsOfTap(axisY)}
${windowsOfTap(axisX)}
${numbers((k, m) => `var s${k}_${m} = ${type}(0);`)}
${loop(
  'n',
  0,
  d.batch,
  `${numbers((k, m) => `var a${k}_${m} = ${type}(0);`)}
${loop(
  'oy',
  'firstY',
  'endY',
  `let y = oy * ${d.strideY} + ky * ${d.dilationY} - ${d.top};
${loop(
  'ox',
  'firstX',
  'endX',
  `let x = ox * ${d.strideX} + kx * ${d.dilationX} - ${d.left};
let read = ((n * ${d.height} + y) * ${d.width} + x) * ${vectorsIn} + i * ${rows};
let to = ((n * ${d.outHeight} + oy) * ${d.outWidth} + ox) * ${vectorsOut} + j * ${columns};
${each(rows, (k) => `let v${k} = ${shader.at(x!, li, `read + ${k}`)};`)}
${each(columns, (m) => `let g${m} = ${shader.at(dy!, lo, `to + ${m}`)};`)}
${numbers((k, m) => `a${k}_${m} += ${lane(`v${Math.floor(k / li)}`, li, k % li)} * g${m};`)}`,
)}`,
)}
${numbers((k, m) => `s${k}_${m} += a${k}_${m};`)}`,
)}
let at = ((ky * ${d.kernelWidth} + kx) * ${inChannels} + i * ${rows * li}) * ${vectorsOut} + j * ${columns};
${numbers((k, m) => `${shader.at(dw!, lo, `at + ${k * vectorsOut + m}`)} ${isSet ? '=' : '+='} s${k}_${m};`)}`,
  };
}
