import { ABSENT } from '../plan.ts';
import type { ConvDims } from '../tensors/slidingWindow.ts';
import type { Pass } from './pass.ts';
import { lanesOf } from './text.ts';
import { tiledProduct } from './tiledProduct.ts';

/** A convolution in tiles. */
export function convForwardTiles(d: ConvDims & { readonly relu: number }, [x, w, bias, y]: readonly number[]): Pass {
  const { inChannels, outChannels, width, height } = d;
  const lanes = lanesOf(outChannels);
  const perImage = d.outHeight * d.outWidth;
  return tiledProduct({
    ...{ pixels: d.batch * perImage, columns: outChannels, lanes, depth: inChannels, result: y! },
    ...{ kernelHeight: d.kernelHeight, kernelWidth: d.kernelWidth, isByColumn: false },
    place: `vec3i((pixel / ${perImage}) * ${height}, ((pixel / ${d.outWidth}) % ${d.outHeight}) * ${d.strideY} - ${d.top}, (pixel % ${d.outWidth}) * ${d.strideX} - ${d.left})`,
    left: (shader) => `
let y = place.y + ky * ${d.dilationY};
let x = place.z + kx * ${d.dilationX};
if (y >= 0 && y < ${height} && x >= 0 && x < ${width}) {
value = ${shader.at(x!, 1, `((place.x + y) * ${width} + x) * ${inChannels} + c`)};
}`,
    right: (shader) => shader.at(w!, 1, `((ky * ${d.kernelWidth} + kx) * ${inChannels} + c) * ${outChannels} + j`),
    start: (shader) => (bias === ABSENT ? 'V(0)' : shader.at(bias!, lanes, 'vector')),
    finish: (sum) => (d.relu ? `max(${sum}, V(0))` : sum),
  });
}

/** dx of a convolution in tiles. */
export function convInputGradientTiles(d: ConvDims, [, w, dy, dx]: readonly number[]): Pass {
  const { inChannels, outChannels, width, height, outWidth, outHeight } = d;
  const perImage = height * width;
  return tiledProduct({
    ...{ pixels: d.batch * perImage, columns: inChannels, lanes: lanesOf(inChannels), depth: outChannels },
    ...{ kernelHeight: d.kernelHeight, kernelWidth: d.kernelWidth, isByColumn: true, result: dx! },
    place: `vec3i((pixel / ${perImage}) * ${outHeight}, (pixel / ${width}) % ${height} + ${d.top}, pixel % ${width} + ${d.left})`,
    left: (shader) => `
let y = place.y - ky * ${d.dilationY};
let x = place.z - kx * ${d.dilationX};
let oy = y / ${d.strideY};
let ox = x / ${d.strideX};
if (y >= 0 && oy < ${outHeight} && x >= 0 && ox < ${outWidth} && y % ${d.strideY} == 0 && x % ${d.strideX} == 0) {
value = ${shader.at(dy!, 1, `((place.x + oy) * ${outWidth} + ox) * ${outChannels} + c`)};
}`,
    right: (shader) => shader.at(w!, 1, `((ky * ${d.kernelWidth} + kx) * ${inChannels} + j) * ${outChannels} + c`),
    start: () => 'V(0)',
    finish: (sum) => sum,
  });
}
