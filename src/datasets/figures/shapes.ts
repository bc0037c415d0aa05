/** An outline. */
export interface FigureShape {
  readonly name: string;
  /**
   * How far the point (x, y) lies outside, in pixels, negative inside. The outline stands around (0, 0), y grows
   * downwards, and its area is that of a disc of `radius`.
   */
  outside(x: number, y: number, radius: number): number;
}

// Lengths for radius 1, from the areas: 4 h^2, 3 sqrt(3) rho^2 and 20 b^2, each equal to pi.
const SQUARE = Math.sqrt(Math.PI) / 2; // h: half a side
const TRIANGLE = Math.sqrt(Math.PI / Math.sqrt(27)); // rho: radius of the inscribed circle
const ARM = Math.sqrt(Math.PI / 20); // b: half the width of an arm, a third of half its length

/** The farthest a point of any shape lies from the middle, for radius 1: a corner of the triangle. */
export const REACH = 2 * TRIANGLE;

/** How much farther its paint reaches, in pixels: half a pixel from the sides is twice that from a corner of 60 degrees. */
export const EDGE = 1;

/** Four outlines of the same area, so that how much is painted does not tell which it is. */
export const shapes: readonly FigureShape[] = [
  { name: 'disc', outside: (x, y, radius) => Math.sqrt(x * x + y * y) - radius },
  { name: 'square', outside: (x, y, radius) => Math.max(Math.abs(x), Math.abs(y)) - SQUARE * radius },
  {
    name: 'triangle',
    outside: (x, y, radius) => Math.max(y, (Math.sqrt(3) * Math.abs(x) - y) / 2) - TRIANGLE * radius,
  },
  {
    name: 'cross',
    outside(x, y, radius) {
      const long = Math.max(Math.abs(x), Math.abs(y));
      const short = Math.min(Math.abs(x), Math.abs(y));
      return Math.max(long - 3 * ARM * radius, short - ARM * radius);
    },
  },
];
