import { defineKernel, type Numbers } from '../kernel.ts';

/** Sizes of the small image, and how often each of its pixels is repeated. */
export type UpsampleDims = {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly factorY: number;
  readonly factorX: number;
};

export const upsampleArgs = ['batch', 'height', 'width', 'channels', 'factorY', 'factorX'] as const;

/** Visits every pixel of the large image: its number and that of the pixel it repeats. */
export function forEachRepeat(d: UpsampleDims, visit: (large: number, small: number) => void): void {
  const [rows, columns] = [d.batch * d.height * d.factorY, d.width * d.factorX];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++)
      visit(y * columns + x, Math.floor(y / d.factorY) * d.width + Math.floor(x / d.factorX));
}

/** Repeats every pixel: nearest-neighbour enlargement by whole factors. */
export const upsample = defineKernel<UpsampleDims>({
  id: 'upsample',
  buffers: [
    { name: 'x', access: 'read' },
    { name: 'y', access: 'write' },
  ],
  run(buffers, d) {
    const [x, y] = buffers as readonly [Numbers, Numbers];
    const { channels } = d;
    forEachRepeat(d, (large, small) => {
      for (let c = 0; c < channels; c++) y[large * channels + c] = x[small * channels + c]!;
    });
  },
  wasm: { args: upsampleArgs },
  flops: () => 0,
});
