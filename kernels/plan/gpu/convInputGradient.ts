import type { ConvDims } from '../tensors/slidingWindow.ts';
import { divisor, dot, each, lane, lanesOf, loop, typeOf } from './text.ts';
import type { Task } from './together.ts';
import { axesOf, windowsOf } from './windowText.ts';

/**
 * dx of a convolution: one thread for some pixels of a row and some vectors of channels. Its pixels are a stride apart, so that
 * the same taps reach them all.
 */
export function convInputGradient(d: ConvDims, [, w, dy]: readonly number[]): Task {
  const { inChannels, outChannels, width, height } = d;
  const [li, lo] = [lanesOf(inChannels), lanesOf(outChannels)];
  const [vectorsIn, vectorsOut] = [inChannels / li, outChannels / lo];
  const pixelsIn = d.batch * height * width;
  const rows = divisor(vectorsIn, Math.min(2, (pixelsIn * vectorsIn) / 32));
  const [axisY, axisX] = axesOf(d);
  const step = width % d.strideX === 0 ? d.strideX : 1;
  const most = step === d.strideX ? Math.min(4, (pixelsIn * (vectorsIn / rows)) / 256) : 1;
  const pixels = divisor(width / step, most);
  const blocks = vectorsIn / rows;
  // Runs of a row, for one phase of the stride after the other.
  const runs = width / (step * pixels);
  const perRow = width / pixels;
  const zero = `${typeOf(lo)}(0)`;
  return {
    threads: (pixelsIn / pixels) * blocks,
    body: (shader) => {
      const products = `
let start = ((n * ${d.outHeight} + oy) * ${d.outWidth} + ox) * ${vectorsOut};
let wAt = ((ky * ${d.kernelWidth} + kx) * ${inChannels} + block * ${rows * li}) * ${vectorsOut};
${loop(
  'c',
  0,
  vectorsOut,
  `${each(pixels, (p) => {
    const value = shader.at(dy!, lo, `start + ${p * vectorsOut} + c`);
    return `let v${p} = select(${zero}, ${value}, ox >= ${-p} && ox < ${d.outWidth - p});`;
  })}
${each(
  rows * li,
  (k) => `{ let f = ${shader.at(w!, lo, `wAt + c + ${k * vectorsOut}`)};
${each(pixels, (p) => `${lane(`a${p}_${Math.floor(k / li)}`, li, k % li)} += ${dot(`v${p}`, 'f', lo)};`)} }`,
)}`,
)}`;
      return `
let block = id % ${blocks};
let run = (id / ${blocks}) % ${perRow};
let x = (run % ${runs}) * ${step * pixels} + run / ${runs};
let y = (id / (${blocks} * ${perRow})) % ${height};
let n = id / (${blocks} * ${perRow} * ${height});
${each(pixels, (p) => each(rows, (j) => `var a${p}_${j} = V(0);`))}
${windowsOf(axisY, windowsOf(axisX, products, false))}
let to = ((n * ${height} + y) * ${width} + x) * ${vectorsIn} + block * ${rows};
${each(pixels, (p) => each(rows, (j) => shader.put(`to + ${p * step * vectorsIn + j}`, `a${p}_${j}`)))}`;
    },
  };
}
