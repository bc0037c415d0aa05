import * as tf from '@tensorflow/tfjs-core';
import {
  descending,
  flippingCurve,
  massAccuracy,
  pearson,
  pixelFlipping,
  pointingGame,
  rankAccuracy,
  relativeChanges,
  relevance,
  sparseness,
  spearman,
  topKIntersection,
  trapezoid,
  type FlippingCurve,
  type Model,
  type PixelFlippingData,
  type Subject,
  type Unscored,
} from '#src';
import { unreadFields, type GoldenCase } from './goldenCase.ts';
import { exactly, nearLargest } from './goldenCompare.ts';
import { listOf, numberOf, numbersOf, objectOf, textOf, type JsonObject } from './goldenJson.ts';
import { withModel } from './goldenNets.ts';
import { methodOf } from './goldenRelevance.ts';

/** Scores of one map, by their name in the files. */
type Check = (subject: Subject, expected: JsonObject, heatmap: readonly number[]) => Promise<string[]>;

/** A `metrics` section: one case per map, and one for how the maps correlate. */
export function metricsCases(net: JsonObject, section: JsonObject, where: string): GoldenCase[] {
  const kind = 'explainers/metrics';
  const maps = Object.entries(objectOf(section.maps, 'maps')).map(([name, scores]) => ({
    kind,
    where: `${where}.maps.${name}`,
    check: () => mapProblems(net, name, objectOf(scores, name), objectOf(section.mask, 'mask')),
  }));
  const rest = async () => [
    ...unreadFields(section, ['mask', 'maps', 'spearman', 'pearson']),
    ...correlationProblems(net, 'spearman', objectOf(section.spearman, 'spearman')),
    ...correlationProblems(net, 'pearson', objectOf(section.pearson, 'pearson')),
  ];
  return [...maps, { kind, where: `${where}.correlations`, check: rest }];
}

/** The reference's own map, [height, width, channels]: what it scored is what is scored here. */
function heatmapOf(net: JsonObject, name: string): { channels: number; heatmap: readonly number[] } {
  const { lrp = {}, gradients = {} } = net;
  const listed = objectOf(lrp, 'lrp')[name] ?? objectOf(gradients, 'gradients')[name];
  const { shape, data } = numbersOf(objectOf(listed, name).heatmap, 'heatmap');
  return { channels: shape.at(-1)!, heatmap: data };
}

function summed(heatmap: ArrayLike<number>, channels: number): Float32Array {
  const map = new Float64Array(heatmap.length / channels);
  for (let i = 0; i < heatmap.length; i++) map[Math.floor(i / channels)]! += heatmap[i]!;
  return Float32Array.from(map);
}

const answered = <T extends object>(outcome: T | Unscored): T => {
  if ('reason' in outcome) throw new Error(`no score: ${outcome.reason}`);
  return outcome;
};

/** Runs with the file's net and input, explained by the method of that name where it is built. */
function withSubject<T>(
  net: JsonObject,
  name: string,
  mask: Uint8Array | null,
  use: (subject: Subject) => Promise<T>,
): Promise<T> {
  const target = numberOf(net.class, 'class');
  const { shape, data } = numbersOf(net.input, 'input');
  const { channels, heatmap } = heatmapOf(net, name);
  const { composite } = methodOf(name);
  return withModel(net, async (model) => {
    const x = tf.tensor([...data], [...shape]);
    const explain = async (other: Model, input: tf.Tensor) => {
      if (!composite) throw new Error(`"${name}" is not built`);
      return (await relevance.measure(other, input, { class: target, composite })).data.map;
    };
    try {
      return await use({ model, x, class: target, map: summed(heatmap, channels), mask, explain });
    } finally {
      x.dispose();
    }
  });
}

/** Every score of the reference's map; of our own map too, where the method is built. */
async function mapProblems(net: JsonObject, name: string, scores: JsonObject, area: JsonObject): Promise<string[]> {
  const { shape } = numbersOf(net.input, 'input');
  const mask = maskOf(area, shape[1]!, shape[2]!);
  const { heatmap } = heatmapOf(net, name);
  const named = Object.entries(scores).flatMap(([key, value]) => {
    const check = checkOf(key);
    return check ? [[key, value, check] as const] : [];
  });
  const unread = [
    ...unreadFields(
      scores,
      named.map(([key]) => key),
    ),
    ...unreadFields(area, ['rowsHalfOpen', 'colsHalfOpen']),
  ];
  return withSubject(net, name, mask, async (subject) => {
    const problems = [...unread];
    const own = methodOf(name).composite ? [await subject.explain(subject.model, subject.x)] : [];
    for (const map of [subject.map, ...own]) {
      for (const [key, value, check] of named) {
        problems.push(...(await check({ ...subject, map }, { [key]: value }, heatmap)));
      }
    }
    return problems;
  });
}

/** Ones in the listed rows and columns; the upper bounds are left out. */
function maskOf(area: JsonObject, height: number, width: number): Uint8Array {
  const [top, bottom] = numbersOf(area.rowsHalfOpen, 'rows').data as [number, number];
  const [left, right] = numbersOf(area.colsHalfOpen, 'columns').data as [number, number];
  return Uint8Array.from({ length: height * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    return row >= top && row < bottom && column >= left && column < right ? 1 : 0;
  });
}

/** A check of one number, called `key` in the file. */
const score =
  (key: string, of: (subject: Subject) => Promise<number | null>): Check =>
  async (subject, expected) =>
    nearLargest(key, [(await of(subject)) ?? NaN], [numberOf(expected[key], key)]);

function checkOf(key: string): Check | undefined {
  const k = /^topKIntersection\((\d+)\)$/.exec(key)?.[1];
  if (k !== undefined) {
    return score(key, async (subject) => answered(await topKIntersection.measure(subject, { k: Number(k) })).value);
  }
  return Object.hasOwn(CHECKS, key) ? CHECKS[key] : undefined;
}

const CHECKS: Readonly<Record<string, Check>> = {
  relevanceMassAccuracy: score(
    'relevanceMassAccuracy',
    async (subject) => answered(await massAccuracy.measure(subject)).signed,
  ),
  relevanceMassAccuracyPositivePart: score(
    'relevanceMassAccuracyPositivePart',
    async (subject) => answered(await massAccuracy.measure(subject)).value,
  ),
  relevanceRankAccuracy: score(
    'relevanceRankAccuracy',
    async (subject) => answered(await rankAccuracy.measure(subject)).value,
  ),
  sparsenessOfAbs: score('sparsenessOfAbs', async (subject) => answered(await sparseness.measure(subject)).value),
  pointingGame: async (subject, { pointingGame: hit }) =>
    exactly('pointingGame', answered(await pointingGame.measure(subject)).value === 1, hit),
  pixelFlippingMoRF: (subject, { pixelFlippingMoRF: curve }) =>
    pixelProblems(subject, 'most', objectOf(curve, 'pixelFlippingMoRF')),
  pixelFlippingLeRF: (subject, { pixelFlippingLeRF: curve }) =>
    pixelProblems(subject, 'least', objectOf(curve, 'pixelFlippingLeRF')),
  'pixelFlipping(featureWise)': ({ model, x, class: target }, expected, heatmap) =>
    featureProblems(model, x, target, heatmap, objectOf(expected['pixelFlipping(featureWise)'], 'featureWise')),
};

/** Whole pixels, the curve from the untouched input on. */
async function pixelProblems(subject: Subject, order: 'most' | 'least', expected: JsonObject): Promise<string[]> {
  const pixels = numberOf(expected.pixelsInStep, 'pixelsInStep');
  const steps = subject.map.length / pixels;
  const data: PixelFlippingData = answered(await pixelFlipping.measure(subject, { steps, randomOrders: 1 }));
  const curve: FlippingCurve = data.map[order];
  const numbers = (key: string) => numbersOf(expected[key], key).data;
  return [
    ...unreadFields(expected, [
      'pixelsInStep',
      'baseline',
      'logit',
      'probability',
      'meanLogit',
      'aucTrapezoidUnitInterval',
    ]),
    ...exactly('pixelsInStep', data.pixelsPerStep, pixels),
    ...exactly('baseline', 0, expected.baseline ?? null),
    // The mean and the area of a curve that crosses zero cancel: the curve itself is their scale.
    ...nearLargest(
      `${order} relevant first: logit, meanLogit and aucTrapezoidUnitInterval`,
      [...curve.logit, curve.logit.reduce((a, b) => a + b, 0) / curve.logit.length, curve.area],
      [...numbers('logit'), ...numbers('meanLogit'), ...numbers('aucTrapezoidUnitInterval')],
    ),
    ...nearLargest(`${order} relevant first: probability`, curve.probability, numbers('probability')),
    ...exactly('value', data.value, data.map.least.area - data.map.most.area),
  ];
}

/** One number after the other, the curve without the untouched input, its area not divided. */
async function featureProblems(
  model: Model,
  x: tf.Tensor,
  target: number,
  heatmap: readonly number[],
  expected: JsonObject,
): Promise<string[]> {
  const input = Float32Array.from(await x.data());
  const { logit } = await flippingCurve(model, target, input, {
    order: descending(heatmap),
    unitsPerStep: numberOf(expected.featuresInStep, 'featuresInStep'),
    baseline: new Float32Array(input.length).fill(numberOf(expected.baseline, 'baseline')),
  });
  const curve = logit.slice(1);
  const listed = numbersOf(expected.logit, 'logit').data;
  const auc = numberOf(expected.auc, 'auc');
  const largest = Math.max(Math.abs(auc), ...listed.map(Math.abs));
  return [
    ...unreadFields(expected, ['featuresInStep', 'attribution', 'baseline', 'logit', 'auc']),
    ...exactly('attribution', 'per channel value', expected.attribution ?? null),
    ...nearLargest('feature-wise logit', curve, listed),
    // An area that cancels has the curve as its scale.
    ...nearLargest('feature-wise auc', [trapezoid(curve), largest], [auc, largest]),
  ];
}

const CORRELATIONS = { pearson, spearman };

/** Correlations of two maps with their channels apart, called "one|other". */
function correlationProblems(net: JsonObject, which: keyof typeof CORRELATIONS, expected: JsonObject): string[] {
  return Object.entries(expected).flatMap(([pair, value]) => {
    const [a, b] = pair.split('|').map((name) => heatmapOf(net, name).heatmap);
    return nearLargest(`${which} of ${pair}`, [CORRELATIONS[which](a!, b!) ?? NaN], [numberOf(value, pair)]);
  });
}

/** A `maxSensitivity` section: the listed noise, scaled and added one by one. */
export function sensitivityCases(net: JsonObject, section: JsonObject, where: string): GoldenCase[] {
  return [{ kind: 'explainers/maxSensitivity', where, check: () => sensitivityProblems(net, section) }];
}

async function sensitivityProblems(net: JsonObject, expected: JsonObject): Promise<string[]> {
  const [, scale] = /^([\d.e-]+) x listed noise, one by one$/.exec(textOf(expected.perturbation, 'perturbation')) ?? [];
  if (scale === undefined) throw new Error(`unknown perturbation: ${textOf(expected.perturbation, 'perturbation')}`);
  const noise = listOf(net.noise, 'noise').map((draw) => numbersOf(draw, 'noise').data);
  return withSubject(net, textOf(expected.map, 'map'), null, async (subject) => {
    // Changes are measured against our own map: in the file's the two would not round alike.
    const map = await subject.explain(subject.model, subject.x);
    const changes = await relativeChanges({ ...subject, map }, noise.length, (i) =>
      Float32Array.from(noise[i]!, (e) => Number(scale) * e),
    );
    return [
      ...unreadFields(expected, ['map', 'perturbation', 'relativeFrobenius', 'max', 'avg']),
      ...nearLargest('relativeFrobenius', changes, numbersOf(expected.relativeFrobenius, 'relativeFrobenius').data),
      ...nearLargest('max', [Math.max(...changes)], [numberOf(expected.max, 'max')]),
      ...nearLargest('avg', [changes.reduce((a, b) => a + b, 0) / noise.length], [numberOf(expected.avg, 'avg')]),
    ];
  });
}
