import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import { real, whole } from '../core/options.ts';
import { forward } from '../network/forward.ts';
import type { Model } from '../network/model.ts';
import { overMean } from './gradientSteps.ts';
import { defineInputOptimization } from './inputOptimization.ts';
import { range } from './optimize.ts';

type Size = [height: number, width: number];

/**
 * Gradient ascent from a real image on half the mean square of a node's output, so that whatever the node sees there
 * is drawn stronger. With octaves it dreams on a shrunken image first and carries what it drew to the next larger one.
 * Mordvintsev, Olah and Tyka 2015, "Inceptionism: going deeper into neural networks", and its notebook.
 */
export const deepDream = defineInputOptimization({
  id: 'deepDream',
  title: 'DeepDream',
  summary: 'Draws into an image whatever a layer already sees in it.',
  source: 'Mordvintsev, Olah and Tyka 2015',
  // a the node's N values, η the step
  formula:
    'x \\leftarrow x + \\eta \\, g / \\overline{|g|}, \\quad g = \\nabla_x \\tfrac{1}{2N} \\textstyle\\sum_i a_i(x)^2',
  options: {
    stepSize: real(0.02, 'mean change of a pixel in one step', 0, 1),
    steps: whole(20, 'number of steps in each octave', 1, 500),
    octaves: whole(1, 'sizes dreamt at, from the smallest to the image itself', 1, 6),
    octaveScale: real(1.4, 'how much larger each octave is than the one before', 1.1, 3),
    ...range,
  },
  targets: ['node'],
  plan({ stepSize, steps, octaves, octaveScale, low, high }, { model, target }) {
    const sizes = octaveSizes(model, octaves, octaveScale);
    if (target.kind === 'node') checkSizes(model, target.node, sizes);
    const shrunk = (image: Tensor, octave: number) => (sizes[octave] ? resized(image, sizes[octave]) : image);
    return {
      steps: steps * octaves,
      range: { low, high },
      start: (origin) => shrunk(origin, 0),
      next({ x, g, origin, step }) {
        const y = tf.add(x, tf.mul(stepSize, overMean(g)));
        const octave = Math.floor(step / steps);
        if ((step + 1) % steps !== 0 || octave === octaves - 1) return y;
        const larger = shrunk(origin, octave + 1);
        const drawn = tf.sub(y, shrunk(origin, octave));
        return tf.add(larger, resized(drawn, larger.shape.slice(1, 3) as Size));
      },
    };
  },
});

// Cast: octaveSizes has made sure that the input is an image.
const resized = (image: Tensor, size: Size): Tensor => tf.image.resizeBilinear(image as Tensor4D, size);

/** Sizes of the octaves before the last, smallest first; the last is the image itself. */
function octaveSizes(model: Model, octaves: number, scale: number): Size[] {
  if (octaves === 1) return [];
  const { input } = model.network;
  if (input.length !== 3) {
    throw new InputError(`octaves need an image: the net reads ${input[0]} numbers; set octaves to 1`);
  }
  const shrink = (side: number, times: number) => Math.max(1, Math.round(side / scale ** times));
  return Array.from({ length: octaves - 1 }, (_, octave) => {
    const times = octaves - 1 - octave;
    return [shrink(input[0]!, times), shrink(input[1]!, times)];
  });
}

/** A window may not fit a small image, and a flattened one has another length. */
function checkSizes(model: Model, node: string, sizes: readonly Size[]): void {
  const channels = model.network.input[2]!;
  const small = sizes.find(([height, width]) => !computes(model, node, [1, height, width, channels]));
  if (!small) return;
  throw new InputError(
    `octave too small: "${node}" cannot be computed on ${small.join(' × ')} pixels; use fewer octaves, or a node before flatten`,
  );
}

function computes(model: Model, node: string, shape: number[]): boolean {
  return tf.tidy(() => {
    try {
      return forward(model, tf.zeros(shape), { until: node }).get(node)!.size > 0;
    } catch {
      return false;
    }
  });
}
