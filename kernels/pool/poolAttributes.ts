import type { Window } from '../window.ts';

/** A window in the form tfjs' pooling kernels take it. */
export function poolAttributes({ size, stride, padding: [top, bottom, left, right] }: Window) {
  return {
    filterSize: [...size],
    strides: [...stride],
    // prettier-ignore
    pad: [[0, 0], [top, bottom], [left, right], [0, 0]],
  };
}
