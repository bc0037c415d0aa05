import * as tf from '@tensorflow/tfjs-core';
import {
  erf,
  forward,
  network,
  outputOf,
  theoreticalFields,
  type FieldMode,
  type Model,
  type Network,
  type NodeSpec,
  type ReceptiveFieldData,
} from '#src';
import { unreadFields, type GoldenCase } from './goldenCase.ts';
import { exactly, nearLargest } from './goldenCompare.ts';
import { fieldNumberProblems } from './goldenReceptiveField.ts';
import {
  isObject,
  listOf,
  numberOf,
  numbersOf,
  objectOf,
  pairOf,
  textOf,
  type Json,
  type JsonObject,
} from './goldenJson.ts';
import { activationOf, paddingOf, withWeights } from './goldenNets.ts';

/** Maps and measures by mode; the file calls the map of the third one by the mode's own name. */
const MODES: readonly { readonly mode: FieldMode; readonly map: string; readonly rest: string }[] = [
  { mode: 'signed', map: 'signedMap', rest: 'signed' },
  { mode: 'abs', map: 'absMap', rest: 'abs' },
  { mode: 'rms', map: 'rmsMap', rest: 'rms' },
  { mode: 'reluContribution', map: 'reluContribution', rest: 'reluContribution' },
];

/** What describes the net and the run; the rest are results. */
const DESCRIPTION = [
  'name',
  'weights',
  'layers',
  'canvas',
  'act',
  'slope',
  'alpha',
  'beta',
  'channels',
  'bias',
  'inputs',
];
const LISTED = ['kernels', 'biases', 'X', 'outputUnit', 'outputShape', 'rf'];

/** Share of the largest value by which float32 may move a pixel across a threshold: 24 bits, a few of them lost. */
const FLOAT32 = 1e-6;

/** A pixel above 4.55 % of the centre counts (explainers, 5.1). */
const THRESHOLD = 1 - 0.9545;

/** The conv stack an `erf` or `erfStatistics` case describes, on one input channel unless its kernels say otherwise. */
export function stackOf(described: JsonObject, inputChannels = 1): Network {
  const layers = listOf(described.layers, 'layers').map((layer) => objectOf(layer, 'layer'));
  const [height, width] = pairOf(described.canvas, 'canvas');
  const filters = numberOf(described.channels ?? 1, 'channels');
  const { act = 'linear' } = described;
  const specs: NodeSpec[] = [];
  let before = 'input';
  let channels = inputChannels;
  layers.forEach((layer, i) => {
    const isPool = layer.pool !== undefined;
    specs.push(isPool ? poolOf(layer, i, before) : convOf(layer, i, before, filters));
    let now = `l${i}`;
    const isLast = i === layers.length - 1;
    // The activation follows every convolution but the last, and comes before the skip addition.
    if (!isPool && !isLast && act !== 'linear') {
      specs.push({ ...activationOf(described), id: `a${i}`, from: now });
      now = `a${i}`;
    }
    const keepsShape = !isPool && channels === filters && pairOf(layer.stride ?? 1, 'stride').every((s) => s === 1);
    if (layer.skip === true && keepsShape) {
      specs.push({ kind: 'add', id: `s${i}`, from: [before, now] });
      now = `s${i}`;
    }
    before = now;
    if (!isPool) channels = filters;
  });
  return network([height, width, inputChannels], specs);
}

/** Padding of a convolution without one: (k − 1)/2 · dilation on every side. */
function convOf(layer: JsonObject, i: number, from: string, filters: number): NodeSpec {
  const { k = 3, stride = 1, dilation = 1, pad } = layer;
  const [size, spread] = [pairOf(k, 'k'), pairOf(dilation, 'dilation')];
  const around = (axis: 0 | 1) => ((size[axis] - 1) / 2) * spread[axis];
  const padding = pad === undefined ? [around(0), around(0), around(1), around(1)] : paddingOf(pad);
  return { kind: 'conv2d', id: `l${i}`, from, filters, size: k, stride, dilation, padding };
}

function poolOf(layer: JsonObject, i: number, from: string): NodeSpec {
  const { k = 2, stride = k, pad } = layer;
  const kind = textOf(layer.pool, 'pool') === 'max' ? 'maxPool' : 'avgPool';
  return { kind, id: `l${i}`, from, size: k, stride, padding: pad === undefined ? 0 : paddingOf(pad) };
}

/** Two cases or more: the net's own numbers, then one for each mode with a map or measure. */
export function fieldCases(described: JsonObject, where: string): GoldenCase[] {
  const here = `${where} (${String(described.name)})`;
  const fields = MODES.flatMap(({ map, rest }) => [map, `${rest}Measure`, `${rest}CentreRow`]);
  const cases: GoldenCase[] = [
    {
      kind: 'explainers/erf',
      where: here,
      check: async () => [
        ...unreadFields(described, [...DESCRIPTION, ...LISTED, ...fields]),
        ...(await withStack(described, (model, x) => stackProblems(described, model, x))),
      ],
    },
  ];
  for (const { mode, map, rest } of MODES) {
    const found = [map, `${rest}Measure`, `${rest}CentreRow`].filter((key) => described[key] !== undefined);
    if (found.length === 0) continue;
    cases.push({
      kind: 'explainers/erf',
      where: `${here}.${mode}`,
      check: () => withStack(described, (model, x) => modeProblems(described, mode, model, x)),
    });
  }
  return cases;
}

/** The case's net with its weights, and its inputs; a linear net answers zeros as well as anything. */
async function withStack<T>(described: JsonObject, use: (model: Model, x: tf.Tensor) => Promise<T>): Promise<T> {
  const kernels = described.kernels === undefined ? [] : listOf(described.kernels, 'kernels');
  const first = kernels.find((kernel) => kernel !== null);
  const inputChannels = first === undefined ? 1 : numbersOf(first, 'kernel').shape[2]!;
  const net = stackOf(described, inputChannels);
  const [height, width] = pairOf(described.canvas, 'canvas');
  const { data } = numbersOf(described.X ?? new Array<number>(height * width * inputChannels).fill(0), 'X');
  const x = tf.tensor([...data], [data.length / (height * width * inputChannels), height, width, inputChannels]);
  try {
    return await withWeights(net, weightsOf(described, net), (model) => use(model, x));
  } finally {
    x.dispose();
  }
}

/** Listed kernels and biases, or for "uniform" 1 / (k · k · channels) everywhere. */
function weightsOf(described: JsonObject, net: Network): Record<string, { shape: number[]; data: number[] }> {
  const weights: Record<string, { shape: number[]; data: number[] }> = {};
  for (const node of net.nodes) {
    const kernel = node.params.kernel;
    if (!kernel) continue;
    const i = Number(node.id.slice(1));
    if (described.weights === 'uniform') {
      const shape = [...kernel.shape];
      weights[`${node.id}/kernel`] = {
        shape,
        data: new Array<number>(shape.reduce((a, b) => a * b)).fill(1 / kernel.fanIn!),
      };
      continue;
    }
    const listed = [
      ['kernel', listOf(described.kernels, 'kernels')[i]],
      ['bias', described.biases === undefined ? undefined : listOf(described.biases, 'biases')[i]],
    ] as const;
    for (const [param, value] of listed) {
      if (value === undefined || value === null) continue;
      const { shape, data } = numbersOf(value, param);
      weights[`${node.id}/${param}`] = { shape: [...shape], data: [...data] };
    }
  }
  return weights;
}

async function stackProblems(described: JsonObject, model: Model, x: tf.Tensor): Promise<string[]> {
  const field = theoreticalFields(model.network).get(model.network.output)!;
  const [, rows, columns] = tf.tidy(() => outputOf(model, forward(model, x)).shape);
  const { rf, outputShape, inputs, outputUnit } = described;
  if (field === 'global') throw new Error('a stack of convolutions is never global');
  return [
    ...(rf === undefined ? [] : fieldNumberProblems('the output', field, objectOf(rf, 'rf'))),
    ...(isObject(rf) && rf.inputsAligned !== undefined
      ? exactly('inputsAligned', field.aligned, rf.inputsAligned)
      : []),
    ...(outputShape === undefined ? [] : exactly('outputShape', [rows, columns], outputShape)),
    ...(inputs === undefined || described.X === undefined ? [] : exactly('inputs', x.shape[0], inputs)),
    // The unit asked is the centre, which is what the instrument takes when nobody says.
    ...(outputUnit === undefined
      ? []
      : exactly('outputUnit', [Math.floor(rows! / 2), Math.floor(columns! / 2)], outputUnit)),
  ];
}

async function modeProblems(described: JsonObject, mode: FieldMode, model: Model, x: tf.Tensor): Promise<string[]> {
  const { map, rest } = MODES.find((candidate) => candidate.mode === mode)!;
  const unit = described.outputUnit === undefined ? 'centre' : pairOf(described.outputUnit, 'outputUnit');
  const { data } = await erf.measure(model, x, { at: model.network.output, mode, unit });
  const problems: string[] = [];
  if (described[map] !== undefined) {
    problems.push(...nearLargest(map, data.values, numbersOf(described[map], map).data));
  }
  const row = described[`${rest}CentreRow`];
  if (row !== undefined) {
    // The row the field's centre lies in; of a half-integer one the lower pixel.
    const start = Math.floor(data.centre[0]) * data.width;
    const ours = data.values.subarray(start, start + data.width);
    problems.push(...nearLargest(`${rest}CentreRow`, ours, numbersOf(row, 'row').data));
  }
  const measure = described[`${rest}Measure`];
  if (measure !== undefined) problems.push(...measureProblems(data, objectOf(measure, `${rest}Measure`)));
  return problems;
}

/** Pixels so close to the threshold that float32 may put them on either side: the count may differ by these only. */
function undecided({ values }: ReceptiveFieldData, reference: number): number {
  const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return values.reduce((count, v) => count + (Math.abs(v - THRESHOLD * reference) <= FLOAT32 * largest ? 1 : 0), 0);
}

/** A size is the root of a count: exact, except for undecided pixels. */
function countProblems(what: string, count: number, expected: number, slack: number): string[] {
  return Math.abs(count - expected) <= slack ? [] : [`${what}: ${count} pixels; the file has ${expected}`];
}

function measureProblems(data: ReceptiveFieldData, expected: JsonObject): string[] {
  const { luo, centre, theoretical, sigma, mean, width, values } = data;
  const max = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const isPixel = centre.every(Number.isInteger);
  const atCentre = isPixel ? values[centre[0] * width + centre[1]]! : null;
  const reference = atCentre ?? max;
  const one = (what: string, actual: number, golden: Json) => nearLargest(what, [actual], [numberOf(golden, what)]);
  const size = (what: string, actual: number, golden: Json, ref: number) =>
    countProblems(what, Math.round(actual ** 2), Math.round(numberOf(golden, what) ** 2), undecided(data, ref));
  const squares = (what: 'squares' | 'squaresLog', golden: Json) =>
    Object.entries(objectOf(golden, what)).flatMap(([share, square]) => {
      const ours = data[what].find((candidate) => candidate.share === Number(share));
      const theirs = square === null ? { side: null, areaRatio: null } : objectOf(square, share);
      return [
        ...exactly(`side for ${share} (${what})`, ours?.side, theirs.side),
        ...(ours?.areaRatio && theirs.areaRatio
          ? one(`area for ${share} (${what})`, ours.areaRatio, theirs.areaRatio)
          : []),
      ];
    });
  const checks: Readonly<Record<string, (golden: Json) => string[]>> = {
    centre: (golden) => exactly('centre', centre, golden),
    valueAtCentre: (golden) =>
      golden === null || atCentre === null
        ? exactly('valueAtCentre', atCentre, golden)
        : one('valueAtCentre', atCentre, golden),
    max: (golden) => one('max', max, golden),
    luoCount: (golden) =>
      countProblems('luoCount', luo.count, numberOf(golden, 'luoCount'), undecided(data, reference)),
    luoSize: (golden) => size('luoSize', luo.size, golden, reference),
    luoSizeRelMax: (golden) => size('luoSizeRelMax', luo.sizeRelativeToMax, golden, max),
    ratio: (golden) =>
      size(
        'ratio · side',
        luo.ratio! * sideOf(theoretical),
        numberOf(golden, 'ratio') * sideOf(theoretical),
        reference,
      ),
    theoreticalRF: (golden) =>
      exactly(
        'theoreticalRF',
        theoretical === 'global' ? theoretical : [theoretical.height, theoretical.width],
        golden,
      ),
    mean: (golden) => nearLargest('mean', mean!, numbersOf(golden, 'mean').data),
    sigma: (golden) => nearLargest('sigma', sigma!, numbersOf(golden, 'sigma').data),
    // The Luo size of a Gaussian of this width (explainers, 5.1).
    gaussianSizeFromSigma: (golden) =>
      one('gaussianSizeFromSigma', Math.sqrt(2 * Math.PI * Math.log(1 / THRESHOLD) * sigma![0] * sigma![1]), golden),
    centredSquare: (golden) => squares('squares', golden),
    centredSquareLog10: (golden) => squares('squaresLog', golden),
  };
  return Object.entries(expected).flatMap(([key, golden]) =>
    Object.hasOwn(checks, key) ? checks[key]!(golden) : [`nobody reads the measure "${key}"`],
  );
}

const sideOf = (theoretical: ReceptiveFieldData['theoretical']) => (theoretical === 'global' ? 1 : theoretical.height);
