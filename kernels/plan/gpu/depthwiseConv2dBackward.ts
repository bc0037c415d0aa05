import { ABSENT } from '../plan.ts';
import type { DepthwiseDims } from '../tensors/slidingWindow.ts';
import { biasGradient } from './biasGradient.ts';
import { depthwiseLanes } from './depthwiseConv2d.ts';
import { defineGpuKernel, type Shader } from './pass.ts';
import { loop } from './text.ts';
import { together } from './together.ts';
import { axesOf, imagePixel, windowsOf, windowsOfTap } from './windowText.ts';

function inputGradient(d: DepthwiseDims, [, w, dy]: readonly number[]) {
  const lanes = depthwiseLanes(d);
  const [vectors, filters] = [d.channels / lanes, (d.channels * d.multiplier) / lanes];
  const [axisY, axisX] = axesOf(d);
  return {
    threads: d.batch * d.height * d.width * vectors,
    body: (shader: Shader) => {
      const from = `((n * ${d.outHeight} + oy) * ${d.outWidth} + ox) * ${filters} + c * ${d.multiplier} + q`;
      const tap = `(ky * ${d.kernelWidth} + kx) * ${filters} + c * ${d.multiplier} + q`;
      const product = `sum += ${shader.at(dy!, lanes, from)} * ${shader.at(w!, lanes, tap)};`;
      return `
let c = id % ${vectors};
let pixel = id / ${vectors};
${imagePixel(d)}
var sum = V(0);
${windowsOf(axisY, windowsOf(axisX, loop('q', 0, d.multiplier, product)))}
${shader.put('id', 'sum')}`;
    },
  };
}

function kernelGradient(d: DepthwiseDims, [x, , dy, , dw]: readonly number[], isSet: boolean) {
  const lanes = depthwiseLanes(d);
  const filters = (d.channels * d.multiplier) / lanes;
  const [axisY, axisX] = axesOf(d);
  return {
    threads: d.kernelHeight * d.kernelWidth * filters,
    body: (shader: Shader) => {
      const from = `((n * ${d.height} + y) * ${d.width} + x) * ${d.channels / lanes} + c / ${d.multiplier}`;
      const to = `((n * ${d.outHeight} + oy) * ${d.outWidth} + ox) * ${filters} + c`;
      const product = `let x = ox * ${d.strideX} + kx * ${d.dilationX} - ${d.left};
sum += ${shader.at(x!, lanes, from)} * ${shader.at(dy!, lanes, to)};`;
      return `
let c = id % ${filters};
let kx = (id / ${filters}) % ${d.kernelWidth};
let ky = id / ${filters * d.kernelWidth};
${windowsOfTap(axisY)}
${windowsOfTap(axisX)}
var total = V(0);
${loop(
  'n',
  0,
  d.batch,
  `var sum = V(0);
${loop('oy', 'firstY', 'endY', `let y = oy * ${d.strideY} + ky * ${d.dilationY} - ${d.top};\n${loop('ox', 'firstX', 'endX', product)}`)}
total += sum;`,
)}
${shader.at(dw!, lanes, 'id')} ${isSet ? '=' : '+='} total;`;
    },
  };
}

export const depthwiseConv2dBackward = defineGpuKernel<DepthwiseDims>({
  id: 'depthwiseConv2dBackward',
  passes({ dims: d, buffers, isSet }) {
    const [, , dy, dx, dw, dbias] = buffers as readonly [number, number, number, number, number, number];
    const sizes = {
      batch: d.batch,
      positions: d.outHeight * d.outWidth,
      channels: d.channels * d.multiplier,
      lanes: depthwiseLanes(d),
    };
    const tasks = [
      ...(dw === ABSENT ? [] : [kernelGradient(d, buffers, isSet(4))]),
      ...(dbias === ABSENT ? [] : [biasGradient(sizes, dy, dbias, isSet(5))]),
      ...(dx === ABSENT ? [] : [inputGradient(d, buffers)]),
    ];
    return [together(tasks, depthwiseLanes(d), dx)];
  },
});
