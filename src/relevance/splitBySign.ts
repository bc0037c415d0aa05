import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { negative, positive, type Site } from './rule.ts';

/** An input and a kernel in their positive and negative parts; an input that cannot be negative has one part only. */
export type Split = Readonly<{ xPlus: Tensor; xMinus: Tensor | undefined; wPlus: Tensor; wMinus: Tensor }>;

/** The contributions x·w that push an output up (equal signs) or down (opposite signs). */
export type Direction = 'up' | 'down';

export function splitBySign({ inputs: [x], kernel, isNonNegative }: Site): Split {
  const parts = { wPlus: positive(kernel), wMinus: negative(kernel) };
  if (isNonNegative) return { ...parts, xPlus: tf.clone(x!), xMinus: undefined };
  return { ...parts, xPlus: positive(x!), xMinus: negative(x!) };
}

const kernels = ({ wPlus, wMinus }: Split, direction: Direction) =>
  direction === 'up' ? ([wPlus, wMinus] as const) : ([wMinus, wPlus] as const);

/** F(x⁺; w⁺, b) + F(x⁻; w⁻, 0) going up, with the kernels exchanged going down: the bias counts once. */
export function sumOf(site: Site, split: Split, direction: Direction, bias: Tensor | null): Tensor {
  const [withPlus, withMinus] = kernels(split, direction);
  const z = site.forward(split.xPlus, withPlus, bias);
  return split.xMinus ? tf.add(z, site.forward(split.xMinus, withMinus, null)) : z;
}

/** x⁺·T(S; w⁺) + x⁻·T(S; w⁻) going up, with the kernels exchanged going down. */
export function shareBack(site: Site, split: Split, direction: Direction, share: Tensor): Tensor {
  const [withPlus, withMinus] = kernels(split, direction);
  const back = tf.mul(split.xPlus, site.transpose(share, withPlus));
  return split.xMinus ? tf.add(back, tf.mul(split.xMinus, site.transpose(share, withMinus))) : back;
}
