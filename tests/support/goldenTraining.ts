import * as tf from '@tensorflow/tfjs-core';
import {
  batchEntropy,
  batchEntropyOf,
  build,
  entropyPerUnit,
  kernelStrength,
  network,
  strength,
  type NodeSpec,
} from '#src';
import { sectionsOf, unreadFields, type GoldenCase } from './goldenCase.ts';
import { exactly, nearEach, nearScaled, type Tolerance } from './goldenCompare.ts';
import { FLOAT64, initializerCases } from './goldenInitializers.ts';
import { listOf, numberOf, numbersOf, objectOf, type Json, type JsonObject } from './goldenJson.ts';
import { numbersFrom, withWeights } from './goldenNets.ts';

/** meta.tolerances.float32_backend: values computed with tfjs. */
const FLOAT32: Tolerance = { absolute: 2e-5, relative: 2e-4 };
/** meta.tolerances.float32_gradients. */
const GRADIENTS: Tolerance = { absolute: 1e-5, relative: 1e-3 };
/** meta.tolerances.special.batch_entropy_large: entropies far above 1 lose nothing more than rounding. */
const LARGE_ENTROPY: Tolerance = { absolute: 0, relative: 1e-5 };
const LARGE = 5;
/** init-and-training.json: two structure instruments and the initialisers; the rest is not built. */
export function trainingCases(file: JsonObject, where: string): GoldenCase[] {
  const list = (section: string, problems: (entry: JsonObject) => Promise<string[]>) => (value: Json) =>
    listOf(value, section).map((entry, i) => ({
      kind: `init-and-training/${section}`,
      where: `${where}.${section}[${i}]`,
      check: () => problems(objectOf(entry, section)),
    }));
  return sectionsOf(file, 'init-and-training', where, {
    meta: 'used by others',
    batch_entropy: list('batch_entropy', entropyProblems),
    neuron_strength: list('neuron_strength', strengthProblems),
    initialisers: (value) => initializerCases(objectOf(value, 'initialisers'), `${where}.initialisers`),
  });
}

const ENTROPY_FIELDS = [
  'shape',
  'activations',
  'per_neuron_variance_ddof1',
  'per_neuron_entropy',
  'batch_entropy',
  'grad_wrt_activations',
];

/** The differentiable function, its gradient, and the instrument on a net that hands its input on. */
async function entropyProblems(expected: JsonObject): Promise<string[]> {
  const { data } = numbersOf(expected.activations, 'activations');
  const shape = [...numbersOf(expected.shape, 'shape').data];
  const golden = numberOf(expected.batch_entropy, 'batch_entropy');
  const tolerance = golden > LARGE ? LARGE_ENTROPY : FLOAT32;
  const computed = await numbersFrom(() => {
    const x = tf.tensor([...data], shape);
    const gradient = tf.grad((a: tf.Tensor) => batchEntropyOf(a))(x);
    return { units: entropyPerUnit(x), mean: batchEntropyOf(x), gradient };
  });
  // The variance stands inside the entropy: v = (e^2h − 1) / πe.
  const variances = Array.from(computed.units!, (h) => Math.expm1(2 * h) / (Math.PI * Math.E));
  const problems = [
    ...unreadFields(expected, ENTROPY_FIELDS),
    ...nearScaled('batch_entropy', computed.mean!, [golden], tolerance),
  ];
  const named = [
    ['per_neuron_entropy', computed.units!, tolerance],
    ['per_neuron_variance_ddof1', variances, FLOAT32],
    ['grad_wrt_activations', computed.gradient!, GRADIENTS],
  ] as const;
  for (const [key, ours, allowed] of named) {
    if (expected[key] !== undefined)
      problems.push(...nearScaled(key, ours, numbersOf(expected[key], key).data, allowed));
  }
  return [...problems, ...(await entropyRecordProblems(shape, data, expected, tolerance))];
}

async function entropyRecordProblems(
  shape: readonly number[],
  data: readonly number[],
  expected: JsonObject,
  tolerance: Tolerance,
): Promise<string[]> {
  const identity: NodeSpec = { kind: 'activate', id: 'same', fn: 'leakyRelu', start: { slope: 1 } };
  const model = build(network(shape.slice(1), [identity]));
  const x = tf.tensor([...data], [...shape]);
  try {
    const record = await batchEntropy.measure(model, x, { at: ['same'] });
    const [layer] = record.data.layers;
    return [
      ...nearScaled('record.mean', [layer!.mean], [numberOf(expected.batch_entropy, 'batch_entropy')], tolerance),
      ...(expected.per_neuron_entropy === undefined
        ? []
        : nearScaled('record.units', layer!.units, numbersOf(expected.per_neuron_entropy, 'units').data, tolerance)),
    ];
  } finally {
    x.dispose();
    model.dispose();
  }
}

const STRENGTH_FIELDS = [
  'layout',
  'shape',
  'kernel',
  'out_strength_order',
  'in_strength',
  'out_strength',
  'in_variance_ddof1',
  'out_variance_ddof1',
  'mean_variance_ddof1',
  'in_variance_ddof0',
  'out_variance_ddof0',
];

/** The strengths of a listed kernel in float64, and the instrument on a net of this one kernel. */
async function strengthProblems(expected: JsonObject): Promise<string[]> {
  const kernel = numbersOf(expected.kernel, 'kernel');
  const outputs = kernel.shape[kernel.shape.length - 1]!;
  const s = kernelStrength(kernel.data, outputs);
  /** Variance with n from the one with n − 1. */
  const biased = (variance: number, count: number) => (variance * (count - 1)) / count;
  const ours: Readonly<Record<string, ArrayLike<number>>> = {
    in_strength: s.incoming,
    out_strength: s.outgoing,
    in_variance_ddof1: [s.inVariance],
    out_variance_ddof1: [s.outVariance],
    mean_variance_ddof1: [s.variance],
    in_variance_ddof0: [biased(s.inVariance, s.incoming.length)],
    out_variance_ddof0: [biased(s.outVariance, s.outgoing.length)],
  };
  const problems = [
    ...unreadFields(expected, STRENGTH_FIELDS),
    ...exactly('shape', kernel.shape, expected.shape),
    ...Object.entries(ours).flatMap(([key, values]) =>
      expected[key] === undefined ? [] : nearEach(key, values, numbersOf(expected[key], key).data, FLOAT64),
    ),
  ];
  const record = await strengthRecord(kernel);
  const recorded: Readonly<Record<string, ArrayLike<number>>> = {
    in_strength: record.incoming,
    in_variance_ddof1: [record.inVariance],
    out_variance_ddof1: [record.outVariance],
    mean_variance_ddof1: [record.variance],
  };
  return [
    ...problems,
    ...Object.entries(recorded).flatMap(([key, values]) =>
      expected[key] === undefined
        ? []
        : nearScaled(`record: ${key}`, values, numbersOf(expected[key], key).data, FLOAT32),
    ),
  ];
}

async function strengthRecord(kernel: { readonly shape: readonly number[]; readonly data: readonly number[] }) {
  const { shape } = kernel;
  const [height = 1, width = 1] = shape;
  const [inputs, outputs] = [shape[shape.length - 2]!, shape[shape.length - 1]!];
  const net =
    shape.length === 2
      ? network([inputs], [{ kind: 'dense', id: 'k', units: outputs }])
      : network([height, width, inputs], [{ kind: 'conv2d', id: 'k', filters: outputs, size: [height, width] }]);
  const x = tf.zeros([1, ...net.input]);
  try {
    return await withWeights(net, { 'k/kernel': kernel }, async (model) => {
      const { data } = await strength.measure(model, x);
      return data.layers[0]!;
    });
  } finally {
    x.dispose();
  }
}
