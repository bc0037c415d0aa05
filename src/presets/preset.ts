import type { Shape } from '../core/shape.ts';
import type { NodeSpec } from '../network/network.ts';

/** A ready-made network that adapts to the data it is put on. */
export interface Preset {
  readonly id: string;
  readonly title: string;
  /** One sentence: what it is good for looking at. */
  readonly summary: string;
  /** Taken when nobody chose another: one preset for images, one for plain numbers. */
  readonly isFirstChoice?: boolean;
  /** Whether it can read samples of this shape. */
  fits(input: Shape): boolean;
  nodes(input: Shape, classes: number): readonly NodeSpec[];
}

/** Images large enough for two halvings. */
export const isImage = (input: Shape): boolean => input.length === 3 && input[0]! >= 8 && input[1]! >= 8;
export const isFlat = (input: Shape): boolean => input.length === 1;

/** A convolution and its activation, named for what is drawn. */
export function conv(id: string, filters: number, size: number, more: Partial<NodeSpec> = {}, fn = 'relu'): NodeSpec[] {
  return [
    { kind: 'conv2d', id, filters, size, ...more },
    { kind: 'activate', id: `${id}.${fn}`, fn },
  ];
}

/** A dense layer and its activation. */
export function layer(id: string, units: number, fn: string): NodeSpec[] {
  return [
    { kind: 'dense', id, units },
    { kind: 'activate', id: `${id}.${fn}`, fn },
  ];
}
