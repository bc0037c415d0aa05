/** A tensor's shape without the batch: [height, width, channels] or [units]. */
export type Shape = readonly number[];

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** "28 × 28 × 1" */
export function describeShape(shape: Shape): string {
  return shape.length === 0 ? 'one number' : shape.join(' × ');
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** Size of the channel axis, which is the last one. */
export function channelsOf(shape: Shape): number {
  return shape[shape.length - 1] ?? 1;
}

/** Height and width; a flat shape counts as one pixel. */
export function areaOf(shape: Shape): readonly [number, number] {
  return shape.length === 3 ? [shape[0]!, shape[1]!] : [1, 1];
}
