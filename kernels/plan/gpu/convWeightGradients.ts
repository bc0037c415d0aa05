import { ABSENT } from '../plan.ts';
import type { ConvDims } from '../tensors/slidingWindow.ts';
import type { Pass, Shader } from './pass.ts';
import { divisor, each, lane, lanesOf } from './text.ts';

/** Threads that share the pixels of a sum. */
const TOGETHER = 64;

/** Shares every thread's sums; then thread `local` has the total of sum number `local`. */
const gathered = (names: readonly string[]): string => `
${names.map((name, q) => `sums[${q * TOGETHER} + local] = ${name};`).join('\n')}
workgroupBarrier();
if (local >= ${names.length}) { return; }
var total = V(0);
for (var k = 0; k < ${TOGETHER}; k++) { total += sums[local * ${TOGETHER} + k]; }`;

/** dw and dbias of a convolution: one workgroup for some rows and columns of one tap, its threads share the pixels. */
export function convWeightGradients(
  d: ConvDims,
  [x, , dy, , dw, dbias]: readonly number[],
  isSet: (place: number) => boolean,
): Pass {
  const { inChannels, outChannels, width, height, outWidth, outHeight } = d;
  const [li, lo] = [lanesOf(inChannels), lanesOf(outChannels)];
  const [vectorsIn, vectorsOut] = [inChannels / li, outChannels / lo];
  const rows = divisor(vectorsIn, 4 / li);
  const columns = divisor(vectorsOut, 2);
  const count = rows * li * columns;
  const [blocksIn, blocksOut] = [vectorsIn / rows, vectorsOut / columns];
  const kernelGroups = dw === ABSENT ? 0 : d.kernelHeight * d.kernelWidth * blocksIn * blocksOut;
  const biasGroups = dbias === ABSENT ? 0 : vectorsOut;
  const pixels = `for (var p = local; p < ${d.batch * outHeight * outWidth}; p += ${TOGETHER})`;
  const sums = (text: (name: string, k: number, m: number) => string) =>
    each(rows * li, (k) => each(columns, (m) => text(`a${k}_${m}`, k, m)));
  const kernel = (shader: Shader) => `
let j = id % ${blocksOut};
let i = (id / ${blocksOut}) % ${blocksIn};
let kx = (id / ${blocksOut * blocksIn}) % ${d.kernelWidth};
let ky = id / ${blocksOut * blocksIn * d.kernelWidth};
${sums((name) => `var ${name} = V(0);`)}
${pixels} {
let y = ((p / ${outWidth}) % ${outHeight}) * ${d.strideY} + ky * ${d.dilationY} - ${d.top};
let x = (p % ${outWidth}) * ${d.strideX} + kx * ${d.dilationX} - ${d.left};
if (y < 0 || y >= ${height} || x < 0 || x >= ${width}) { continue; }
let at = (((p / ${outHeight * outWidth}) * ${height} + y) * ${width} + x) * ${vectorsIn} + i * ${rows};
${each(rows, (k) => `let v${k} = ${shader.at(x!, li, `at + ${k}`)};`)}
${each(columns, (m) => `let g${m} = ${shader.at(dy!, lo, `p * ${vectorsOut} + j * ${columns} + ${m}`)};`)}
${sums((name, k, m) => `${name} += ${lane(`v${Math.floor(k / li)}`, li, k % li)} * g${m};`)}
}
${gathered(Array.from({ length: count }, (_, q) => `a${Math.floor(q / columns)}_${q % columns}`))}
let to = ((ky * ${d.kernelWidth} + kx) * ${inChannels} + i * ${rows * li}) * ${vectorsOut} + j * ${columns};
${shader.at(dw!, lo, `to + (local / ${columns}) * ${vectorsOut} + local % ${columns}`)} ${isSet(4) ? '=' : '+='} total;`;
  const bias = (shader: Shader) => `
let j = id - ${kernelGroups};
var a = V(0);
${pixels} { a += ${shader.at(dy!, lo, `p * ${vectorsOut} + j`)}; }
${gathered(['a'])}
${shader.at(dbias!, lo, 'j')} ${isSet(5) ? '=' : '+='} total;`;
  return {
    threads: kernelGroups + biasGroups,
    groupSize: TOGETHER,
    shared: `var<workgroup> sums: array<V, ${TOGETHER * count}>;`,
    lanes: lo,
    body: (shader) => {
      if (kernelGroups === 0) return bias(shader);
      return biasGroups === 0
        ? kernel(shader)
        : `if (id < ${kernelGroups}) {${kernel(shader)}\n} else {${bias(shader)}\n}`;
    },
  };
}
