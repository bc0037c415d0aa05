import * as tf from '@tensorflow/tfjs-core';
import { activations, build, forward, network, outputOf, startOf, type Activation } from '#src';
import { unreadFields, type GoldenCase } from './goldenCase.ts';
import { exactly, nearEach } from './goldenCompare.ts';
import { listOf, numberOf, numbersOf, objectOf, textOf, type Json, type JsonObject } from './goldenJson.ts';
import { gateMoments } from './goldenMoments.ts';
import { numbersFrom } from './goldenNets.ts';
import { builtActivation, FLOAT32, FLOAT64, MOMENTS } from './goldenBuiltActivation.ts';

export function pairwiseCases(section: JsonObject, where: string): GoldenCase[] {
  const inputs = listOf(section.inputs, 'inputs');
  const skip = new Set(section.kinkIndices === undefined ? [] : numbersOf(section.kinkIndices, 'kinkIndices').data);
  const functions = objectOf(section.functions, 'functions');
  const unread = unreadFields(section, ['inputs', 'kinkIndices', 'functions']);
  return Object.entries(functions).map(([name, value]) => {
    const kind = `activations/pairwise/${name}`;
    const here = `${where}.${name}`;
    const gate = builtActivation(name, 2);
    if (!gate) return { kind, where: here };
    const check = async () => [...unread, ...(await pairwiseProblems(gate, inputs, objectOf(value, name), skip))];
    return { kind, where: here, check };
  });
}

async function pairwiseProblems(
  gate: Activation,
  inputs: readonly Json[],
  expected: JsonObject,
  kinks: ReadonlySet<number>,
): Promise<string[]> {
  const pairs = inputs.map((pair) => numbersOf(pair, 'inputs').data);
  const fixed = startOf(gate);
  const apply = (...xs: tf.Tensor[]) =>
    gate.apply(xs, Object.fromEntries(Object.entries(fixed).map(([key, value]) => [key, tf.tensor1d([value])])));
  const computed = await numbersFrom(() => {
    const xs = [0, 1].map((k) => tf.tensor1d(pairs.map((pair) => pair[k]!)));
    const [dx1, dx2] = tf.grads(apply)(xs);
    return { y: apply(...xs), dx1: dx1!, dx2: dx2! };
  });
  const skip = expected.smooth === true ? new Set<number>() : kinks;
  const y = numbersOf(expected.y, 'y').data;
  const scalars = pairs.map((pair) => gate.scalar(pair, fixed));
  return [
    ...unreadFields(expected, ['y', 'dx1', 'dx2', 'smooth', 'normalised']),
    ...nearEach('y', computed.y!, y, FLOAT32),
    ...nearEach('scalar', scalars, y, FLOAT64),
    ...['dx1', 'dx2'].flatMap((key) =>
      expected[key] === undefined
        ? []
        : nearEach(key, computed[key]!, numbersOf(expected[key], key).data, FLOAT32, skip),
    ),
    ...(expected.normalised === undefined
      ? []
      : gateProblems(gate, fixed, objectOf(expected.normalised, 'normalised'))),
  ];
}

/** Mean and deviation of the gate on two normals. */
function gateProblems(gate: Activation, fixed: Readonly<Record<string, number>>, expected: JsonObject): string[] {
  const moments = gateMoments((a, b) => gate.scalar([a, b], fixed));
  return Object.entries(expected).flatMap(([key, value]) =>
    key === 'mu' || key === 'sigma'
      ? nearEach(`normalised ${key}`, [moments[key]], [numberOf(value, key)], MOMENTS)
      : [`nobody reads normalised.${key}`],
  );
}

/** One operator on all groups of neighbouring channels is what our activation layer does; the other modes are not built. */
export function ensembleCase(entry: JsonObject, where: string): GoldenCase {
  const mode = textOf(entry.mode, 'mode');
  const ops = listOf(entry.ops, 'ops').map((op) => textOf(op, 'ops'));
  const [op] = ops;
  const isSingle = mode === 'single' && ops.length === 1;
  if (isSingle && builtActivation(op!, numberOf(entry.k, 'k'))) {
    return { kind: `activations/ensembles/${mode}/${op}`, where, check: () => ensembleProblems(op!, entry) };
  }
  // A gate built for another number of inputs is a k-ary one that is missing.
  if (isSingle && activations.has(op!)) return { kind: `activations/kary/${op}`, where };
  return { kind: isSingle ? `activations/ensembles/single/${op}` : `activations/ensembles/${mode}`, where };
}

/** The gate through our own layer, forward and back. */
async function ensembleProblems(fn: string, expected: JsonObject): Promise<string[]> {
  const x = numbersOf(expected.x, 'x');
  const [, channels] = x.shape;
  const model = build(network([channels!], [{ kind: 'activate', fn }]));
  try {
    const gy = numbersOf(expected.gy, 'gy');
    const computed = await numbersFrom(() => {
      const run = (input: tf.Tensor) => outputOf(model, forward(model, input));
      const input = tf.tensor([...x.data], [...x.shape]);
      return { y: run(input), gx: tf.grad(run)(input, tf.tensor([...gy.data], [...gy.shape])) };
    });
    return [
      ...unreadFields(expected, ['mode', 'ops', 'k', 'channelsIn', 'channelsOut', 'x', 'y', 'gy', 'gx']),
      ...exactly('channelsIn', channels, expected.channelsIn),
      ...exactly('channelsOut', model.network.nodes[0]!.shape[0], expected.channelsOut),
      ...nearEach('y', computed.y!, numbersOf(expected.y, 'y').data, FLOAT32),
      ...nearEach('gx', computed.gx!, numbersOf(expected.gx, 'gx').data, FLOAT32),
    ];
  } finally {
    model.dispose();
  }
}
