import * as tf from '@tensorflow/tfjs-core';
import {
  composites,
  relevance,
  rules,
  rulesFor,
  traceOf,
  uniform,
  walk,
  type Composite,
  type Model,
  type RelevanceData,
  type Rule,
} from '#src';
import { unreadFields, type GoldenCase } from './goldenCase.ts';
import { nearLargest, toleranceFor } from './goldenCompare.ts';
import { numberOf, numbersOf, objectOf, type JsonObject } from './goldenJson.ts';
import { numbersFrom, withModel } from './goldenNets.ts';

const FIELDS = ['heatmap', 'inputSum', 'channelRelevance', 'layerSum', 'f32Deviation'];

interface Settings {
  readonly numbers: readonly number[];
  readonly flags: readonly string[];
}

/** Settings of a rule from the words in its name; undefined for settings it does not have. */
type Reading = (settings: Settings) => Rule | undefined;

/** A rule whose only number is its ε. */
const withEps =
  (kind: (options: { eps?: number; zeroBias?: boolean }) => Rule): Reading =>
  ({ numbers: [eps, ...more], flags }) => {
    if (more.length > 0 || flags.some((flag) => flag !== 'zeroBias')) return undefined;
    const zeroBias = flags.includes('zeroBias') ? { zeroBias: true } : {};
    return kind(eps === undefined ? zeroBias : { eps, ...zeroBias });
  };

const only = (count: number, { numbers, flags }: Settings) => numbers.length <= count && flags.length === 0;

/** Rules by their name in the files, in small letters; none for settings a rule does not have. */
const RULES: Readonly<Record<string, Reading>> = {
  epsilon: withEps(rules.epsilon),
  zplus: withEps(rules.zPlus),
  wsquare: withEps(rules.wSquare),
  flat: (settings) => (only(1, settings) ? rules.flat(optional('eps', settings.numbers[0])) : undefined),
  gamma: (settings) => (only(1, settings) ? rules.gamma(optional('gamma', settings.numbers[0])) : undefined),
  // α is 1 + β.
  alphabeta(settings) {
    const [alpha, beta] = settings.numbers;
    const fits = only(2, settings) && beta !== undefined && alpha === 1 + beta;
    return fits ? rules.alphaBeta({ beta }) : undefined;
  },
};

function optional<K extends string>(key: K, value: number | undefined): { [P in K]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: number });
}

/** The bounds the reference measured its pixels against. */
const BOX = { low: -3, high: 3 };

/** What a name stands for: "rule:epsilon(0.25,zeroBias)" or "epsilonPlusFlat"; no composite when it is not built. */
export function methodOf(name: string): { readonly kind: string; readonly composite?: Composite } {
  const [, prefix = '', id = name, list = ''] = /^(rule:)?([^()]+)(?:\((.*)\))?$/.exec(name) ?? [];
  const kind = `explainers/lrp/${prefix}${id}`;
  const words = list.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]));
  if (prefix === '') {
    const isBuilt = composites.has(id) && words.length === 0;
    if (!isBuilt) return { kind };
    return { kind, composite: id === 'epsilonGammaBox' ? composites.get(id)(BOX) : composites.get(id)() };
  }
  const key = id.toLowerCase();
  if (!Object.hasOwn(RULES, key)) return { kind };
  const isNumber = (word: string) => Number.isFinite(Number(word));
  const rule = RULES[key]!({
    numbers: words.filter(isNumber).map(Number),
    flags: words.filter((word) => !isNumber(word)),
  });
  // Settings that a built rule does not have are a kind of their own.
  return rule ? { kind, composite: uniform(rule) } : { kind: `explainers/lrp/${name}` };
}

/** One case per method of an `lrp` section. */
export function relevanceCases(
  net: JsonObject,
  methods: JsonObject,
  where: string,
  { isFolded = true }: { readonly isFolded?: boolean } = {},
): GoldenCase[] {
  return Object.entries(methods).map(([name, value]) => {
    const here = `${where}.${name}`;
    const { kind, composite } = methodOf(name);
    if (!composite) return { kind, where: here };
    return { kind, where: here, check: () => relevanceProblems(net, composite, objectOf(value, name), isFolded) };
  });
}

/** What a walk with a composite gives, and the instrument's record of it, against the maps and sums in the file. */
export async function relevanceProblems(
  net: JsonObject,
  composite: Composite,
  expected: JsonObject,
  isFolded: boolean,
): Promise<string[]> {
  const target = numberOf(net.class, 'class');
  const { shape, data } = numbersOf(net.input, 'input');
  const input = () => tf.tensor([...data], [...shape]);
  const deviation = expected.f32Deviation === undefined ? 0 : numberOf(expected.f32Deviation, 'f32Deviation');
  const tolerance = toleranceFor(deviation);
  return withModel(net, async (model) => {
    const arrived = await numbersFrom(() => walked(model, input(), target, composite, isFolded));
    const problems = [...unreadFields(expected, FIELDS), ...arrivedProblems(model, arrived, expected, tolerance)];
    // The instrument always folds, so it has nothing to say about a run without folding.
    if (!isFolded) return problems;
    const x = input();
    try {
      const { data: record } = await relevance.measure(model, x, { class: target, composite });
      return [...problems, ...recordProblems(model, record, arrived, expected, tolerance)];
    } finally {
      x.dispose();
    }
  });
}

/** Relevance of every node and of the input, from the class: its logit, or 1 for gradients. */
function walked(
  model: Model,
  x: tf.Tensor,
  target: number,
  composite: Composite,
  isFolded: boolean,
): Record<string, tf.Tensor> {
  const trace = traceOf(model, x, { rules: rulesFor(model.network, composite), isFolded });
  try {
    const logits = trace.value(model.network.output);
    const mask = tf.cast(tf.oneHot(tf.tensor1d([target], 'int32'), logits.shape[1]!), 'float32');
    const start = composite.start === 'one' ? mask : tf.mul(logits, mask);
    return Object.fromEntries(walk(trace, { start: new Map([[model.network.output, start]]) }).relevance);
  } finally {
    trace.dispose();
  }
}

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

/** Σ over space for each channel; the channel runs fastest. */
function perChannel(values: ArrayLike<number>, channels: number): number[] {
  const sums = new Array<number>(channels).fill(0);
  for (let i = 0; i < values.length; i++) sums[i % channels]! += values[i]!;
  return sums;
}

function arrivedProblems(
  model: Model,
  arrived: Readonly<Record<string, Float32Array>>,
  expected: JsonObject,
  tolerance: number,
): string[] {
  const problems: string[] = [];
  const { heatmap, inputSum, channelRelevance, layerSum } = expected;
  if (heatmap !== undefined) {
    problems.push(...nearLargest('heatmap', arrived.input!, numbersOf(heatmap, 'heatmap').data, tolerance));
  }
  if (channelRelevance !== undefined) {
    for (const [id, value] of Object.entries(objectOf(channelRelevance, 'channelRelevance'))) {
      const { data } = numbersOf(value, id);
      const ours = arrived[id];
      if (ours) problems.push(...nearLargest(`channels of ${id}`, perChannel(ours, data.length), data, tolerance));
      else problems.push(`channelRelevance names "${id}", which no relevance reached`);
    }
  }
  // The sums of one run share a scale: a layer whose relevance cancels has no scale of its own.
  const sums: Record<string, number> = {};
  if (inputSum !== undefined) sums.input = numberOf(inputSum, 'inputSum');
  if (layerSum !== undefined) {
    for (const [id, value] of Object.entries(objectOf(layerSum, 'layerSum'))) sums[id] = numberOf(value, id);
  }
  const missing = Object.keys(sums).filter((id) => !arrived[id]);
  problems.push(...missing.map((id) => `layerSum names "${id}", which no relevance reached`));
  const named = Object.keys(sums).filter((id) => arrived[id]);
  problems.push(
    ...nearLargest(
      `sums of ${named.join(', ')}`,
      named.map((id) => sum(arrived[id]!)),
      named.map((id) => sums[id]!),
      tolerance,
    ),
  );
  return problems;
}

/** The instrument's record against the file: its map sums the channels, its layers are the stages. */
function recordProblems(
  model: Model,
  record: RelevanceData,
  arrived: Readonly<Record<string, Float32Array>>,
  expected: JsonObject,
  tolerance: number,
): string[] {
  const problems: string[] = [];
  if (expected.heatmap !== undefined) {
    const { shape, data } = numbersOf(expected.heatmap, 'heatmap');
    // A flat input has no channels to add up.
    const channels = shape.length === 4 ? shape[3]! : 1;
    const summed = Array.from({ length: data.length / channels }, (_, i) =>
      sum(data.slice(i * channels, (i + 1) * channels)),
    );
    problems.push(...nearLargest('record.map', record.map, summed, tolerance));
  }
  const { inputSum, channelRelevance } = expected;
  if (inputSum !== undefined) {
    // A sum that cancels has no scale of its own: the relevance it started from is one.
    const scale = [numberOf(inputSum, 'inputSum'), record.start];
    problems.push(...nearLargest('record.reached', [record.reached, record.start], scale, tolerance));
  }
  if (channelRelevance !== undefined) {
    const listed = objectOf(channelRelevance, 'channelRelevance');
    for (const layer of record.layers) {
      const value = listed[layer.at];
      if (value === undefined) continue;
      problems.push(
        ...nearLargest(`record of ${layer.at}`, layer.channels, numbersOf(value, layer.at).data, tolerance),
      );
    }
  }
  // What started equals the logit the walk started from.
  return [
    ...problems,
    ...nearLargest('record.start', [record.start], [sum(arrived[model.network.output]!)], tolerance),
  ];
}
