import * as tf from '@tensorflow/tfjs-core';
import { attributions, composites, type Composite, type Model } from '#src';
import { inOneGo } from '../../src/core/inTurn.ts';
import { meanOfNoisyGradients } from '../../src/attributions/smoothGrad.ts';
import { unreadFields, type GoldenCase } from './goldenCase.ts';
import { nearLargest, toleranceFor } from './goldenCompare.ts';
import { listOf, numberOf, numbersOf, objectOf, type JsonObject } from './goldenJson.ts';
import { withModel } from './goldenNets.ts';
import { relevanceProblems } from './goldenRelevance.ts';

/** Numbers by the name of their field in the files. */
type Results = Readonly<Record<string, ArrayLike<number>>>;
type Run = (model: Model, x: tf.Tensor, target: number, net: JsonObject) => Promise<Results>;

/** A method from the words in its brackets; undefined for settings it does not have. */
type Reading = (words: readonly string[]) => Run | undefined;

/** The map of an attribution, and what `more` finds in its details. */
const explained =
  (id: string, options: Record<string, unknown> = {}, more: (details: Details, sum: number) => Results = () => ({})) =>
  async (model: Model, x: tf.Tensor, target: number): Promise<Results> => {
    const { perChannel, map, sum, details } = await attributions.get(id).explain(model, x, target, options);
    return { heatmap: perChannel ?? map, map, ...more(details, sum) };
  };

// Cast by those who know the method.
type Details = Readonly<Record<string, unknown>>;

const plain =
  (id: string): Reading =>
  (words) =>
    words.length === 0 ? explained(id) : undefined;

const METHODS: Readonly<Record<string, Reading>> = {
  gradient: plain('gradient'),
  gradientXInput: plain('gradientXInput'),
  guidedBackprop: plain('guidedBackprop'),
  deconvnet: plain('deconvnet'),
  // The bare number is β.
  betaSmooth: ([beta, ...more]) =>
    more.length === 0 ? explained('betaSmooth', beta === undefined ? {} : { beta: Number(beta) }) : undefined,
  integratedGradients(words) {
    const [, rule, steps] = /^(right|midpoint|gaussLegendre)(\d+)$/.exec(words[0] ?? '') ?? [];
    if (rule === undefined || words[1] !== 'zeroBaseline' || words.length !== 2) return undefined;
    return explained('integratedGradients', { rule, steps: Number(steps) }, ({ difference }, sum) => ({
      sum: [sum],
      'f(x)-f(0)': [difference as number],
    }));
  },
  smoothGrad: (words) => smoothed(words, false),
  smoothGradSq: (words) => smoothed(words, true),
  occlusion(words) {
    const [, way, size] = /^(keep|hide)Window(\d+)$/.exec(words[0] ?? '') ?? [];
    if (way === undefined || words.length !== 1) return undefined;
    const options = { window: Number(size), stride: Number(size), keep: way === 'keep' };
    return explained('occlusion', options, ({ perWindow }) => ({ heatmap: perWindow as Float32Array }));
  },
  gradCam([node, ...more]) {
    if (node === undefined || more.length > 0) return undefined;
    return async (model, x, target) => {
      const { map: upsampledHalfPixelBilinear, details } = await attributions
        .get('gradCam')
        .explain(model, x, target, { node });
      const { weights, beforeRelu, coarse: map } = details as Record<string, Float32Array>;
      return { weights: weights!, beforeRelu: beforeRelu!, map: map!, upsampledHalfPixelBilinear };
    };
  },
};

/** The file's draws, and a last one without noise. */
function smoothed(words: readonly string[], squared: boolean): Run | undefined {
  const [, level] = /^level(\d*\.?\d+)$/.exec(words[1] ?? '') ?? [];
  if (words[0] !== 'listedNoise' || level === undefined || words.length !== 2) return undefined;
  return async (model, x, target, net) => {
    const values = Float32Array.from(await x.data());
    const listed = listOf(net.noise, 'noise').map((draw) => numbersOf(draw, 'noise').data);
    const draws = [...listed, values.map(() => 0)];
    const left = draws.values();
    const { perChannel, details } = await meanOfNoisyGradients(
      {
        model,
        x,
        values,
        target,
        inChunks: (total, job) => job(0, total),
        inTurn: (steps) => Promise.resolve(inOneGo(steps)),
      },
      { count: draws.length, level: Number(level), squared, draw: () => left.next().value! },
    );
    return { heatmap: perChannel, sigma: [details.sigma] };
  };
}

/** Methods that are one walk: the instrument that records relevance is held against them as well. */
const WALKED: Readonly<Record<string, (words: readonly string[]) => Composite>> = {
  gradient: () => composites.get('gradientOnly')(),
  guidedBackprop: () => composites.get('guidedBackprop')(),
  deconvnet: () => composites.get('deconvnet')(),
  betaSmooth: ([beta]) => composites.get('betaSmooth')(beta === undefined ? {} : { beta: Number(beta) }),
};

/** One case per method of a `gradients` section. */
export function gradientCases(net: JsonObject, methods: JsonObject, where: string): GoldenCase[] {
  return Object.entries(methods).map(([name, value]) => {
    const here = `${where}.${name}`;
    // "betaSmooth(10)" is betaSmooth with a setting.
    const [, id = name, list = ''] = /^([^()]+)(?:\((.*)\))?$/.exec(name) ?? [];
    const kind = `explainers/gradients/${id}`;
    if (!Object.hasOwn(METHODS, id)) return { kind, where: here };
    const words = list === '' ? [] : list.split(',').map((word) => word.trim());
    const run = METHODS[id]!(words);
    // Settings that a built method does not have are a kind of their own.
    if (!run) return { kind: `explainers/gradients/${name}`, where: here };
    const expected = objectOf(value, name);
    return {
      kind,
      where: here,
      async check() {
        const walked = WALKED[id] ? await relevanceProblems(net, WALKED[id](words), expected, true) : [];
        return [...walked, ...(await methodProblems(net, run, expected))];
      },
    };
  });
}

async function methodProblems(net: JsonObject, run: Run, expected: JsonObject): Promise<string[]> {
  const { f32Deviation, ...fields } = expected;
  const tolerance = toleranceFor(f32Deviation === undefined ? 0 : numberOf(f32Deviation, 'f32Deviation'));
  return withModel(net, async (model) => {
    const { shape, data } = numbersOf(net.input, 'input');
    const x = tf.tensor([...data], [...shape]);
    try {
      const results = await run(model, x, numberOf(net.class, 'class'), net);
      const known = Object.entries(results).filter(([field]) => fields[field] !== undefined);
      return [
        ...unreadFields(fields, Object.keys(results)),
        ...known.flatMap(([field, values]) =>
          nearLargest(field, values, numbersOf(fields[field], field).data, tolerance),
        ),
      ];
    } finally {
      x.dispose();
    }
  });
}
