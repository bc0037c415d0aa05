import { ABSENT } from '../plan.ts';
import type { ConvDims } from '../tensors/slidingWindow.ts';
import { defineGpuKernel, type Lanes } from './pass.ts';
import { divisor, dot, each, lane, lanesOf, loop, typeOf } from './text.ts';
import { together, type Task } from './together.ts';
import { axesOf, imagePixel, windowsOf, windowsOfTap } from './windowText.ts';

/** dx: one thread for some vectors of channels of one pixel. */
function inputGradient(d: ConvDims, [, w, dy]: readonly number[]): Task {
  const { inChannels, outChannels } = d;
  const [li, lo] = [lanesOf(inChannels), lanesOf(outChannels)];
  const [vectorsIn, vectorsOut] = [inChannels / li, outChannels / lo];
  const pixelsIn = d.batch * d.height * d.width;
  const rows = divisor(vectorsIn, Math.min(4, (pixelsIn * vectorsIn) / 32));
  const pixels = d.strideX === 1 ? divisor(d.width, Math.min(4, (pixelsIn * (vectorsIn / rows)) / 256)) : 1;
  const blocks = vectorsIn / rows;
  const [axisY, axisX] = axesOf(d);
  const zero = `${typeOf(lo)}(0)`;
  return {
    threads: (pixelsIn / pixels) * blocks,
    body: (shader) => {
      const products = (isSeveral: boolean) => `
${each(pixels, (p) => {
  const column = isSeveral ? `x + ${p} + ${axisX.before} - kx * ${axisX.dilation}` : 'ox';
  return `let o${p} = ${column};\nlet from${p} = ((n * ${d.outHeight} + oy) * ${d.outWidth} + o${p}) * ${vectorsOut};`;
})}
let wAt = ((ky * ${d.kernelWidth} + kx) * ${inChannels} + block * ${rows * li}) * ${vectorsOut};
${loop(
  'c',
  0,
  vectorsOut,
  `${each(pixels, (p) => {
    const value = shader.at(dy!, lo, `from${p} + c`);
    return `let v${p} = ${isSeveral ? `select(${zero}, ${value}, o${p} >= 0 && o${p} < ${d.outWidth})` : value};`;
  })}
${each(rows * li, (k) => {
  const row = `${Math.floor(k / li)}`;
  return `{ let f = ${shader.at(w!, lo, `wAt + c + ${k * vectorsOut}`)};
${each(pixels, (p) => `${lane(`a${p}_${row}`, li, k % li)} += ${dot(`v${p}`, 'f', lo)};`)} }`;
})}`,
)}`;
      return `
let block = id % ${blocks};
let pixel = (id / ${blocks}) * ${pixels};
${imagePixel(d)}
${each(pixels, (p) => each(rows, (j) => `var a${p}_${j} = V(0);`))}
${windowsOf(axisY, pixels > 1 ? loop('kx', 0, d.kernelWidth, products(true)) : windowsOf(axisX, products(false)))}
${each(pixels, (p) =>
  each(rows, (j) => shader.put(`(pixel + ${p}) * ${vectorsIn} + block * ${rows} + ${j}`, `a${p}_${j}`)),
)}`;
    },
  };
}

/** dw: one thread for some rows and columns of one tap, image by image so that long sums keep their digits. */
function kernelGradient(d: ConvDims, [x, , dy, , dw]: readonly number[], isSet: boolean): Task {
  const { inChannels, outChannels } = d;
  const [li, lo] = [lanesOf(inChannels), lanesOf(outChannels)];
  const [vectorsIn, vectorsOut] = [inChannels / li, outChannels / lo];
  const taps = d.kernelHeight * d.kernelWidth;
  const rows = divisor(vectorsIn, 4 / li);
  const columns = divisor(vectorsOut, Math.min(4, (taps * vectorsOut * (vectorsIn / rows)) / 16));
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

/** dbias: one thread per vector of channels. */
export function biasGradient(
  { batch, positions, channels, lanes }: { batch: number; positions: number; channels: number; lanes: Lanes },
  dy: number,
  dbias: number,
  isSet: boolean,
): Task {
  const [vectors, type] = [channels / lanes, typeOf(lanes)];
  return {
    threads: vectors,
    body: (shader) => `
var total = ${type}(0);
${loop('n', 0, batch, `var sum = ${type}(0);\n${loop('p', 0, positions, `sum += ${shader.at(dy, lanes, `(n * ${positions} + p) * ${vectors} + id`)};`)}\ntotal += sum;`)}
${shader.at(dbias, lanes, 'id')} ${isSet ? '=' : '+='} total;`,
  };
}

export const conv2dBackward = defineGpuKernel<ConvDims>({
  id: 'conv2dBackward',
  passes({ dims, buffers, isSet }) {
    const [, , dy, dx, dw, dbias] = buffers as readonly [number, number, number, number, number, number];
    const sizes = {
      batch: dims.batch,
      positions: dims.outHeight * dims.outWidth,
      channels: dims.outChannels,
      lanes: lanesOf(dims.outChannels),
    };
    const tasks = [
      ...(dw === ABSENT ? [] : [kernelGradient(dims, buffers, isSet(4))]),
      ...(dbias === ABSENT ? [] : [biasGradient(sizes, dy, dbias, isSet(5))]),
      ...(dx === ABSENT ? [] : [inputGradient(dims, buffers)]),
    ];
    return [together(tasks, lanesOf(dims.inChannels), dx)];
  },
});
