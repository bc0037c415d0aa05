import type { Random } from '../core/random.ts';
import type { Shape } from '../core/shape.ts';

/** What an initialiser needs to know of a kernel: [in, out] or [kh, kw, in, out], and its fans. */
export interface KernelSpec {
  readonly shape: Shape;
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Draws the start of a kernel. Numbers come from our own generator on the CPU, so every tier starts alike. */
export interface Initializer {
  readonly id: string;
  readonly title: string;
  readonly formula: string;
  readonly source: string;
  /** Variance of one weight, for schemes that fix it. */
  variance?(kernel: KernelSpec): number;
  draw(kernel: KernelSpec, random: Random): Float32Array;
}
