import * as tf from '@tensorflow/tfjs-core';
import { choice, whole } from '../core/options.ts';
import { baselineInput, baselineOption } from '../metrics/baselines.ts';
import { classScores } from '../metrics/classScores.ts';
import { defineAttribution } from './attribution.ts';
import { pathPoints, pathRules } from './pathPoints.ts';
import { sumOfGradients } from './sumOfGradients.ts';

/**
 * (x − x₀) · ∫₀¹ ∂f/∂x at x₀ + a(x − x₀) da (Sundararajan, Taly and Yan 2017, "Axiomatic attribution for deep networks",
 * eq. 1). With the whole integral the map adds up to f(x) − f(x₀); the gap tells what the points missed.
 */
export const integratedGradients = defineAttribution({
  id: 'integratedGradients',
  title: 'Integrated gradients',
  summary: 'Gradients gathered on the way from a blank input; they add up to what the input changes about the score.',
  source: 'Sundararajan, Taly and Yan 2017',
  caveat:
    'It answers "compared with what": another baseline gives another map, and pixels equal to the baseline get 0 whatever they mean to the net.',
  needsImages: false,
  options: {
    rule: choice('midpoint', pathRules, 'where on the way the gradients are taken'),
    steps: whole(50, 'gradients on the way', 1, 1000),
    baseline: {
      ...baselineOption,
      summary: 'where the way starts: 0, the mean of each channel of this input, or this input blurred',
    },
  },
  async compute(question, { rule, steps, baseline }) {
    const { model, x, values, target, score } = question;
    const start = baselineInput(values, model.network.input, baseline);
    const { at, weights } = pathPoints(rule, steps);
    const inRows = (numbers: Float64Array, first: number, count: number) =>
      tf.tensor(Float32Array.from(numbers.subarray(first, first + count)), [count, ...x.shape.slice(1).fill(1)]);
    const mean = await sumOfGradients(question, {
      total: steps,
      at(first, count) {
        const x0 = tf.tensor(start, x.shape);
        return tf.add(x0, tf.mul(inRows(at, first, count), tf.sub(x, x0)));
      },
      share: (g, first) => tf.mul(g, inRows(weights, first, g.shape[0]!)),
    });
    const { logit } = await classScores(model, target, [start]);
    const products = mean.map((g, i) => (values[i]! - start[i]!) * g);
    const difference = score - logit[0]!;
    const completenessGap = products.reduce((sum, value) => sum + value, 0) - difference;
    return {
      perChannel: Float32Array.from(products),
      details: {
        /** f(x) − f(x₀) */
        difference,
        /** What the map has too much of. */
        completenessGap,
      },
    };
  },
});
