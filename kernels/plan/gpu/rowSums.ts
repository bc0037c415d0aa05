import type { Lanes, Pass, Shader } from './pass.ts';
import { loop } from './text.ts';

/** Threads that sum up one slice together. */
const TOGETHER = 64;

/** Rows cut into slices of `length` (the last may be shorter), and blocks of rows for what comes after the sums. */
export interface Slices {
  readonly rows: number;
  readonly vectors: number;
  readonly lanes: Lanes;
  readonly count: number;
  readonly length: number;
  readonly blocks: number;
  readonly block: number;
}

export function slicesOf(rows: number, channels: number, lanes: Lanes): Slices {
  const vectors = channels / lanes;
  const length = Math.max(8, Math.ceil(rows / 16));
  // Every block adds up all slices: the longer it is, the less that weighs.
  const block = Math.max(1, Math.min(64, Math.floor((rows * vectors) / 512)));
  return { rows, vectors, lanes, count: Math.ceil(rows / length), length, blocks: Math.ceil(rows / block), block };
}

/**
 * Two sums per channel and slice, for the next pass. `start` declares what a slice needs, `add` adds row `r` to `a` and `b`,
 * `finish` may change the two once they are whole; a slice has rows from `first` to `end`, `c` is the vector of channels.
 */
export function rowSums(
  slices: Slices,
  scratch: number,
  mayWait: boolean,
  texts: { start(shader: Shader): string; add(shader: Shader): string; readonly finish?: string },
): Pass {
  const { rows, vectors, lanes, count, length } = slices;
  const range = `
let c = id % ${vectors};
let first = (id / ${vectors}) * ${length};
let end = min(${rows}, first + ${length});`;
  const write = (shader: Shader) => `
${texts.finish ?? ''}
${shader.at(scratch, lanes, 'id')} = a;
${shader.at(scratch, lanes, `id + ${count * vectors}`)} = b;`;
  const sums = 'var a = V(0);\nvar b = V(0);';
  if (!mayWait) {
    return {
      threads: count * vectors,
      lanes,
      body: (shader) =>
        [range, texts.start(shader), sums, loop('r', 'first', 'end', texts.add(shader)), write(shader)].join('\n'),
    };
  }
  return {
    threads: count * vectors,
    groupSize: TOGETHER,
    shared: `var<workgroup> sumsA: array<V, ${TOGETHER}>;\nvar<workgroup> sumsB: array<V, ${TOGETHER}>;`,
    lanes,
    body: (shader) => `
${range}
${texts.start(shader)}
${sums}
for (var r = first + local; r < end; r += ${TOGETHER}) {
${texts.add(shader)}
}
sumsA[local] = a;
sumsB[local] = b;
workgroupBarrier();
if (local == 0) {
${loop('k', 1, TOGETHER, 'a += sumsA[k];\nb += sumsB[k];')}
${write(shader)}
}`,
  };
}

/** What a slice holds, by its number. */
export const sliceSum = (shader: Shader, { lanes, vectors, count }: Slices, scratch: number, which: 0 | 1): string =>
  shader.at(scratch, lanes, `s * ${vectors} + c + ${which * count * vectors}`);

/** Statements for every row `r` of block `id / vectors`, with the vector's place `i`. */
export const blockRows = ({ rows, vectors, block }: Slices, body: string): string => `
let start = (id / ${vectors}) * ${block};
${loop('r', 'start', `min(${rows}, start + ${block})`, `let i = r * ${vectors} + c;\n${body}`)}`;
