/** Numbers in double precision with a shape, row-major: what the slow, obvious definitions take and return. */
export interface Float64Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export const zeros64 = (shape: readonly number[]): Float64Tensor => ({
  shape,
  data: new Float64Array(shape.reduce((product, length) => product * length, 1)),
});

/** Row-major position of [a, b, c, d] in a tensor of rank 4. */
export function at4(shape: readonly number[], a: number, b: number, c: number, d: number): number {
  return ((a * shape[1]! + b) * shape[2]! + c) * shape[3]! + d;
}
