import { whole } from '../core/options.ts';
import { random } from '../core/random.ts';
import { baselineInput, baselineOption } from './baselines.ts';
import type { ClassScores } from './classScores.ts';
import { flippingCurve, stepsOf, trapezoid } from './flipping.ts';
import { gradientMap } from './gradientMap.ts';
import { defineMetric, flatness, unscored } from './metric.ts';
import { ascending, descending } from './ranks.ts';

/** Scores after 0, 1, 2 … steps of removal. */
export interface FlippingCurve extends ClassScores {
  /** Area under the logits divided by the number of steps: the mean height of the curve. */
  readonly area: number;
}

/** Both orders of one map. */
export interface FlippingCurves {
  /** Most relevant pixels first (MoRF). */
  readonly most: FlippingCurve;
  /** Least relevant pixels first (LeRF). */
  readonly least: FlippingCurve;
  /** LeRF area − MoRF area. */
  readonly faithfulness: number;
}

export interface PixelFlippingData {
  /** Faithfulness of the map, in logits. */
  readonly value: number;
  readonly pixelsPerStep: number;
  readonly map: FlippingCurves;
  /** The same for the plain gradient, largest |∂logit/∂x| of the channels; null where it is the same everywhere. */
  readonly gradient: FlippingCurves | null;
  /** Mean curve of random orders, and the area of each of them. */
  readonly random: FlippingCurve & { readonly areas: readonly number[] };
}

const options = {
  steps: whole(32, 'most steps from the untouched input to the baseline', 1, 1e6),
  baseline: baselineOption,
  randomOrders: whole(5, 'random orders to average', 1, 100),
};

/** Removes whole pixels, most and least relevant first, and follows the logit of the class. */
export const pixelFlipping = defineMetric<PixelFlippingData, typeof options>({
  id: 'pixelFlipping',
  title: 'Pixel flipping',
  question: 'Does the class lose its score when the pixels go that the map calls relevant?',
  scale: 'in logits; 0: no better than a random order, higher: the map knows which pixels carry the score',
  caveat:
    'Inputs with removed pixels are unlike any the net was trained on, so the curve mixes what the pixels meant with how the net takes holes, and another baseline can turn the order of two explanations round.',
  source: 'Bach et al. 2015; Samek et al. 2017',
  options,
  async compute(subject, { steps, baseline, randomOrders }, { seed = 0, signal, onProgress }) {
    const { model, map } = subject;
    const flat = flatness(map);
    if (flat !== null) return unscored(flat);
    const x = Float32Array.from(await subject.x.data());
    const removed = baselineInput(x, model.network.input, baseline);
    const slope = await gradientMap(model, subject.x, subject.class, signal);
    const isSloped = flatness(slope) === null;

    const pixelsPerStep = Math.ceil(map.length / steps);
    const curves = 2 + (isSloped ? 2 : 0) + randomOrders;
    let inputs = 0;
    const curve = async (order: Uint32Array): Promise<FlippingCurve> => {
      const flips = { order, unitsPerStep: pixelsPerStep, baseline: removed };
      const total = curves * (stepsOf(flips) + 1);
      const onInputs = (count: number) => onProgress?.((inputs += count) / total);
      return withArea(await flippingCurve(model, subject.class, x, flips, { signal, onInputs }));
    };
    const both = async (values: Float32Array): Promise<FlippingCurves> => {
      const [most, least] = [await curve(descending(values)), await curve(ascending(values))];
      return { most, least, faithfulness: least.area - most.area };
    };

    const ours = await both(map);
    const gradient = isSloped ? await both(slope) : null;
    const draws: FlippingCurve[] = [];
    const source = random(seed, 'pixelFlipping');
    while (draws.length < randomOrders) draws.push(await curve(source.permutation(map.length)));
    return {
      value: ours.faithfulness,
      pixelsPerStep,
      map: ours,
      gradient,
      random: {
        ...withArea({ logit: mean(draws, 'logit'), probability: mean(draws, 'probability') }),
        areas: draws.map(({ area }) => area),
      },
    };
  },
});

function withArea(scores: ClassScores): FlippingCurve {
  return { ...scores, area: trapezoid(scores.logit) / (scores.logit.length - 1) };
}

function mean(curves: readonly ClassScores[], which: 'logit' | 'probability'): Float32Array {
  return curves[0]![which].map((_, i) => curves.reduce((sum, curve) => sum + curve[which][i]!, 0) / curves.length);
}
