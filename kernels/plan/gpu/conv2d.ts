import { ABSENT } from '../plan.ts';
import { windowTaps, type ConvDims } from '../tensors/slidingWindow.ts';
import { convForwardTiles } from './convTiles.ts';
import { defineGpuKernel, type Pass } from './pass.ts';
import { divisor, each, lane, lanesOf, loop, typeOf } from './text.ts';
import { axesOf, outputPixel, staysInside, tapAt, tapsOf } from './windowText.ts';

/** One thread: some neighbouring pixels of a row, some vectors of channels. */
function forward(d: ConvDims & { readonly relu: number }, [x, w, bias, y]: readonly number[]): Pass {
  const { inChannels, outChannels } = d;
  const [li, lo] = [lanesOf(inChannels), lanesOf(outChannels)];
  const [vectorsIn, vectorsOut] = [inChannels / li, outChannels / lo];
  const pixelsOut = d.batch * d.outHeight * d.outWidth;
  const columns = divisor(vectorsOut, Math.min(2, (pixelsOut * vectorsOut) / 32));
  const pixels = divisor(d.outWidth, Math.min(4, (pixelsOut * (vectorsOut / columns)) / 256));
  const blocks = vectorsOut / columns;
  const [axisY, axisX] = axesOf(d);
  const isInside = staysInside(axisX);
  const at = (p: number) => `x${p}`;
  return {
    threads: (pixelsOut / pixels) * blocks,
    lanes: lo,
    result: y!,
    body: (shader) => {
      const product = `
let wAt = (ky * ${d.kernelWidth} + kx) * ${inChannels * vectorsOut} + block * ${columns};
${each(pixels, (p) => `let ${at(p)} = ${tapAt(axisX, `(ox + ${p})`, 'kx')};\nlet from${p} = ((n * ${d.height} + y) * ${d.width} + ${at(p)}) * ${vectorsIn};`)}
${loop(
  'c',
  0,
  vectorsIn,
  `let wRow = wAt + c * ${li * vectorsOut};
${each(pixels, (p) => {
  const value = shader.at(x!, li, `from${p} + c`);
  const zero = `${typeOf(li)}(0)`;
  return `let v${p} = ${isInside ? value : `select(${zero}, ${value}, ${at(p)} >= 0 && ${at(p)} < ${d.width})`};`;
})}
${each(li, (k) =>
  each(
    columns,
    (j) => `{ let f = ${shader.at(w!, lo, `wRow + ${k * vectorsOut + j}`)};
${each(pixels, (p) => `a${p}_${j} += ${lane(`v${p}`, li, k)} * f;`)} }`,
  ),
)}`,
)}`;
      return `
let block = id % ${blocks};
let pixel = (id / ${blocks}) * ${pixels};
${outputPixel(d)}
${each(columns, (j) => {
  const start = bias === ABSENT ? 'V(0)' : shader.at(bias!, lo, `block * ${columns} + ${j}`);
  return `let start${j} = ${start};\n${each(pixels, (p) => `var a${p}_${j} = start${j};`)}`;
})}
${tapsOf(axisY, loop('kx', 0, d.kernelWidth, product))}
${each(pixels, (p) =>
  each(columns, (j) =>
    shader.put(
      `(pixel + ${p}) * ${vectorsOut} + block * ${columns} + ${j}`,
      d.relu ? `max(a${p}_${j}, V(0))` : `a${p}_${j}`,
    ),
  ),
)}`;
    },
  };
}

/** Multiply-adds of a convolution. */
export const convWork = (d: ConvDims): number => windowTaps(d) * d.inChannels * d.outChannels;

export const conv2d = defineGpuKernel<ConvDims & { readonly relu: number }>({
  id: 'conv2d',
  passes: ({ dims, buffers, isTiled }) => [
    isTiled(convWork(dims)) ? convForwardTiles(dims, buffers) : forward(dims, buffers),
  ],
});
