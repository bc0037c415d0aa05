import type { Lanes, Pass, Shader } from './pass.ts';
import { divisor, each, loop } from './text.ts';

/** A product of rows (pixels) and columns (channels), summed over the taps of a window and the channels behind it. */
export interface Product {
  readonly pixels: number;
  readonly columns: number;
  readonly lanes: Lanes;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly depth: number;
  readonly result: number;
  /** An expression of type vec3i that says where `pixel` looks: what `left` needs of it, as `place`. */
  readonly place: string;
  /** Sets `value` to what tap `ky`, `kx` sees of channel `c` at `place`; it is 0 before. */
  left(shader: Shader): string;
  /** The weight of tap `ky`, `kx` between channel `c` and column `j`. */
  right(shader: Shader): string;
  /** Whether weights that lie side by side share the column. */
  readonly isByColumn: boolean;
  /** Where sums start, for the vector `vector` of columns. */
  start(shader: Shader): string;
  /** What is done to a sum in the end. */
  finish(sum: string): string;
}

/** Pixels of one thread. */
const PIXELS = 4;

/** Workgroups that load tiles of both sides once for all their threads: for hardware. */
export function tiledProduct(product: Product): Pass {
  const { pixels, columns, lanes, kernelHeight, kernelWidth, depth, result } = product;
  const vectors = columns / lanes;
  const wide = divisor(vectors, 8);
  const high = Math.min(32, Math.floor(128 / wide));
  const [tileRows, tileColumns, slice] = [high * PIXELS, wide * lanes, divisor(depth, 16)];
  const groupSize = wide * high;
  const blocks = vectors / wide;
  const stride = (count: number, body: string) => `for (var e = local; e < ${count}; e += ${groupSize}) {\n${body}\n}`;
  const weightPlace = product.isByColumn
    ? `let c = c0 + e % ${slice};\nlet own = e / ${slice};\nlet to = (e % ${slice}) * ${tileColumns} + own;`
    : `let c = c0 + e / ${tileColumns};\nlet own = e % ${tileColumns};\nlet to = e;`;
  const step = (shader: Shader) => `
workgroupBarrier();
${stride(
  tileRows * slice,
  `let place = places[e / ${slice}];
let c = c0 + e % ${slice};
var value = 0f;
if (tile * ${tileRows} + e / ${slice} < ${pixels}) {
${product.left(shader)}
}
tileLeft[(e % ${slice}) * ${tileRows} + e / ${slice}] = value;`,
)}
${stride(
  slice * tileColumns,
  `${weightPlace}
let j = block * ${tileColumns} + own;
tileRight[to] = ${product.right(shader)};`,
)}
workgroupBarrier();
${loop(
  'k',
  0,
  slice,
  `let f = V(${Array.from({ length: lanes }, (_, l) => `tileRight[k * ${tileColumns} + column * ${lanes} + ${l}]`).join(', ')});
${each(PIXELS, (p) => `a${p} += tileLeft[k * ${tileRows} + row * ${PIXELS} + ${p}] * f;`)}`,
)}`;
  return {
    threads: Math.ceil(pixels / tileRows) * blocks,
    groupSize,
    shared: `var<workgroup> tileLeft: array<f32, ${slice * tileRows}>;
var<workgroup> tileRight: array<f32, ${slice * tileColumns}>;
var<workgroup> places: array<vec3i, ${tileRows}>;`,
    lanes,
    result,
    body: (shader) => `
let block = id % ${blocks};
let tile = id / ${blocks};
let column = local % ${wide};
let row = local / ${wide};
let vector = block * ${wide} + column;
${stride(tileRows, `let pixel = tile * ${tileRows} + e;\nplaces[e] = ${product.place};`)}
let begin = ${product.start(shader)};
${each(PIXELS, (p) => `var a${p} = begin;`)}
${loop('ky', 0, kernelHeight, loop('kx', 0, kernelWidth, `for (var c0 = 0; c0 < ${depth}; c0 += ${slice}) {${step(shader)}\n}`))}
let first = tile * ${tileRows} + row * ${PIXELS};
${each(PIXELS, (p) => `if (first + ${p} < ${pixels}) { ${shader.put(`(first + ${p}) * ${vectors} + vector`, product.finish(`a${p}`))} }`)}`,
  };
}
