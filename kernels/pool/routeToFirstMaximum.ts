import type { Window } from '../window.ts';

/**
 * Adds each dy to dx at the first maximum (row-major) of its window in x, after clearing dx. All NHWC; `shape` is x's.
 * For tiers whose tensors lie in memory that JavaScript can see.
 */
export function routeToFirstMaximum(
  dy: Float32Array,
  x: Float32Array,
  dx: Float32Array,
  shape: readonly number[],
  { size, stride, padding, output }: Window,
): void {
  const [batch, height, width, channels] = shape as [number, number, number, number];
  dx.fill(0);
  let o = 0;
  for (let n = 0; n < batch; n++)
    for (let oy = 0; oy < output[0]; oy++) {
      const top = Math.max(0, oy * stride[0] - padding[0]);
      const bottom = Math.min(height, oy * stride[0] - padding[0] + size[0]);
      for (let ox = 0; ox < output[1]; ox++) {
        const left = Math.max(0, ox * stride[1] - padding[2]);
        const right = Math.min(width, ox * stride[1] - padding[2] + size[1]);
        for (let c = 0; c < channels; c++, o++) {
          let first = ((n * height + top) * width + left) * channels + c;
          let largest = x[first]!;
          for (let y = top; y < bottom; y++) {
            let i = ((n * height + y) * width + left) * channels + c;
            for (let column = left; column < right; column++, i += channels) {
              if (x[i]! > largest) {
                largest = x[i]!;
                first = i;
              }
            }
          }
          dx[first]! += dy[o]!;
        }
      }
    }
}
