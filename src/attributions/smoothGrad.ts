import * as tf from '@tensorflow/tfjs-core';
import { flag, real, whole } from '../core/options.ts';
import { random } from '../core/random.ts';
import { defineAttribution, type Question } from './attribution.ts';
import { sumOfGradients, type Gathering } from './sumOfGradients.ts';

/** The mean gradient at noisy copies of the input (Smilkov, Thorat, Kim, Viégas and Wattenberg 2017, section 3). */
export const smoothGrad = defineAttribution({
  id: 'smoothGrad',
  title: 'SmoothGrad',
  summary: 'The mean gradient around the input: what switches from pixel to pixel averages out.',
  source: 'Smilkov, Thorat, Kim, Viégas and Wattenberg 2017',
  caveat:
    'It is a mean over noisy inputs that the net may never have seen; another noise level or another seed gives another picture.',
  needsImages: false,
  options: {
    count: whole(20, 'noisy copies that are averaged', 1, 1000),
    level: real(0.1, 'standard deviation of the noise, as a share of the range of the input', 0, 10),
    squared: flag(false, 'averages the squares: how large the gradient is, whatever its sign'),
  },
  async compute(question, { count, level, squared }) {
    const source = random(question.seed, 'smoothGrad');
    const length = question.values.length;
    const draw = () => Float32Array.from({ length }, () => source.normal());
    return meanOfNoisyGradients(question, { count, level, squared, draw });
  },
});

interface Noise {
  readonly count: number;
  readonly level: number;
  readonly squared: boolean;
  /** Unit-normal numbers in the layout of the input; called once for each copy. */
  draw(): ArrayLike<number>;
}

/** Mean of g, or of g², at x + σe with σ = level · (max x − min x). */
export async function meanOfNoisyGradients(
  question: Gathering & Pick<Question, 'x'>,
  { count, level, squared, draw }: Noise,
) {
  const { x, values } = question;
  const [least, most] = values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
  const sigma = level * (most - least);
  const sum = await sumOfGradients(question, {
    total: count,
    at(_first, size) {
      const noise = new Float32Array(size * values.length);
      for (let i = 0; i < size; i++) noise.set(draw(), i * values.length);
      return tf.add(x, tf.mul(sigma, tf.tensor(noise, [size, ...x.shape.slice(1)])));
    },
    share: (g) => (squared ? tf.square(g) : g),
  });
  return { perChannel: Float32Array.from(sum, (g) => g / count), signed: !squared, details: { sigma } };
}
