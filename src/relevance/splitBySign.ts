import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { negative, positive, type Site } from './rule.ts';

type InputParts = Readonly<{ xPlus: Tensor; xMinus: Tensor | undefined }>;

/** An input and a kernel in their positive and negative parts, as far as they are needed. */
export type Split = InputParts & Readonly<{ wPlus: Tensor; wMinus: Tensor | undefined }>;

/** The contributions x·w that push an output up (equal signs) or down (opposite signs). */
export type Direction = 'up' | 'down';

/** Both parts of the input; one that cannot be negative has one part only. */
export function splitInput({ inputs: [x], isNonNegative }: Site): InputParts {
  if (isNonNegative) return { xPlus: tf.clone(x!), xMinus: undefined };
  return { xPlus: positive(x!), xMinus: negative(x!) };
}

/** Input and kernel in parts, for sums in these directions. */
export function splitBySign(site: Site, directions: readonly Direction[]): Split {
  const parts = splitInput(site);
  const wMinus = parts.xMinus || directions.includes('down') ? negative(site.kernel) : undefined;
  return { ...parts, wPlus: positive(site.kernel), wMinus };
}

/** The kernels that meet x⁺ and x⁻. */
function kernels({ wPlus, wMinus }: Split, direction: Direction): readonly [Tensor, Tensor] {
  // Cast: whoever split for this direction has w⁻ wherever it is read.
  const minus = wMinus as Tensor;
  return direction === 'up' ? [wPlus, minus] : [minus, wPlus];
}

/** F(x⁺; w⁺, b) + F(x⁻; w⁻, 0) going up, with the kernels exchanged going down: the bias counts once. */
export function sumOf(site: Site, split: Split, direction: Direction, bias: Tensor | null): Tensor {
  const [withPlus, withMinus] = kernels(split, direction);
  const z = site.forward(split.xPlus, withPlus, bias);
  return split.xMinus ? tf.add(z, site.forward(split.xMinus, withMinus, null)) : z;
}

/** x⁺·T(S; w⁺) + x⁻·T(S; w⁻) going up, with the kernels exchanged going down. */
export function shareBack(site: Site, split: Split, direction: Direction, share: Tensor): Tensor {
  const [withPlus, withMinus] = kernels(split, direction);
  const back = site.timesTranspose(split.xPlus, share, withPlus);
  return split.xMinus ? tf.add(back, site.timesTranspose(split.xMinus, share, withMinus)) : back;
}
