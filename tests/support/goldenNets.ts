import * as tf from '@tensorflow/tfjs-core';
import { activations, build, network, type Model, type Network, type NodeSpec } from '#src';
import { isObject, listOf, numberOf, numbersOf, objectOf, textOf, type Json, type JsonObject } from './goldenJson.ts';

type Option = readonly [option: string, value: unknown];

/** How each node type of the files is written in our words. */
const TYPES: Readonly<Record<string, (node: JsonObject, weights: JsonObject) => NodeSpec>> = {
  conv2d: (node, weights) => ({ kind: 'conv2d', filters: node.cout, ...window(node), ...biasOf(node, weights) }),
  dense: (node, weights) => ({ kind: 'dense', units: node.cout, ...biasOf(node, weights) }),
  batchNorm: ({ eps }) => ({ kind: 'batchNorm', epsilon: eps }),
  activation: (node) => activationOf(node),
  maxPool: (node) => ({ kind: 'maxPool', ...window(node) }),
  avgPool: (node) => ({ kind: 'avgPool', ...window(node) }),
  globalAvgPool: () => ({ kind: 'globalAvgPool' }),
  flatten: () => ({ kind: 'flatten' }),
  add: () => ({ kind: 'add' }),
  concat: () => ({ kind: 'concat' }),
};

/** Size, stride, dilation and the four paddings; what a node leaves out is 1, or 0 for padding. */
function window(node: JsonObject): Record<string, unknown> {
  const { k, stride = 1, dilation, pad } = node;
  const four = pad === undefined ? [0, 0, 0, 0] : paddingOf(pad);
  const options: Option[] = [
    ['size', k],
    ['stride', stride],
    ['padding', four],
  ];
  if (dilation !== undefined) options.push(['dilation', dilation]);
  return Object.fromEntries(options);
}

/** Padding as [top, bottom, left, right], from one number, four, or an object of named sides. */
export function paddingOf(pad: Json): readonly number[] {
  if (typeof pad === 'number') return [pad, pad, pad, pad];
  if (!isObject(pad)) return numbersOf(pad, 'pad').data;
  return ['top', 'bottom', 'left', 'right'].map((side) => numberOf(pad[side] ?? 0, `pad.${side}`));
}

const biasOf = (node: JsonObject, weights: JsonObject) => ({
  bias: Object.hasOwn(weights, `${textOf(node.name, 'name')}/bias`),
});

/** An activation; fields named like its shape parameters (slope, alpha, beta) are their values. */
export function activationOf(node: JsonObject): NodeSpec {
  const fn = textOf(node.act, 'act');
  const known = Object.keys(activations.get(fn).params);
  const start = Object.fromEntries(Object.entries(node).filter(([key]) => known.includes(key)));
  return { kind: 'activate', fn, start };
}

/** Node types and activations in this net that are not built, as kinds. */
export function missingIn(net: JsonObject): string[] {
  const missing = listOf(net.nodes, 'nodes').flatMap((entry) => {
    const node = objectOf(entry, 'node');
    const type = textOf(node.type, 'type');
    if (!Object.hasOwn(TYPES, type)) return [`explainers/nodes/${type}`];
    const fn = type === 'activation' ? textOf(node.act, 'act') : undefined;
    if (fn === undefined || activations.has(fn)) return [];
    return [`explainers/nodes/activation:${fn}`];
  });
  return [...new Set(missing)];
}

/** The net of a file in our words. Its ids are the file's names. */
export function networkOf(net: JsonObject): Network {
  const weights = objectOf(net.weights ?? {}, 'weights');
  const [, ...input] = numbersOf(net.input, 'input').shape;
  const specs = listOf(net.nodes, 'nodes').map((entry) => {
    const node = objectOf(entry, 'node');
    const from = listOf(node.in, 'in').map((source) => textOf(source, 'in'));
    return { ...TYPES[textOf(node.type, 'type')]!(node, weights), id: textOf(node.name, 'name'), from };
  });
  return network(input, specs);
}

const OUR_NAMES: Readonly<Record<string, string>> = { moving_mean: 'movingMean', moving_variance: 'movingVariance' };

/** Our name of a weight: "bn1/moving_mean" is "bn1/movingMean". */
export function ourName(name: string): string {
  const [node, param] = [name.slice(0, name.lastIndexOf('/')), name.slice(name.lastIndexOf('/') + 1)];
  return `${node}/${OUR_NAMES[param] ?? param}`;
}

/** Builds a model, gives it the listed weights, and frees it after use. A weight without a place is an error. */
export async function withWeights<T>(
  net: Network,
  listed: Readonly<Record<string, { shape: readonly number[]; data: readonly number[] }>>,
  use: (model: Model) => Promise<T>,
): Promise<T> {
  const model = build(net);
  try {
    const values: Record<string, Float32Array> = await model.read();
    for (const [name, { shape, data }] of Object.entries(listed)) {
      const spec = model.specs.get(name);
      if (!spec) throw new Error(`no place for the weight "${name}"; there are ${[...model.specs.keys()].join(', ')}`);
      if (spec.shape.join() !== shape.join())
        throw new Error(`"${name}" is [${shape.join()}], not [${spec.shape.join()}]`);
      values[name] = Float32Array.from(data);
    }
    model.write(values);
    return await use(model);
  } finally {
    model.dispose();
  }
}

/** Runs with the net's model. */
export async function withModel<T>(net: JsonObject, use: (model: Model) => Promise<T>): Promise<T> {
  const weights = Object.entries(objectOf(net.weights ?? {}, 'weights'));
  const listed = Object.fromEntries(weights.map(([name, value]) => [ourName(name), numbersOf(value, name)]));
  return withWeights(networkOf(net), listed, use);
}

/** Reads tensors made inside a tidy block and frees them, also when one read fails. */
export async function numbersFrom(
  make: () => Readonly<Record<string, tf.Tensor>>,
): Promise<Record<string, Float32Array>> {
  const tensors = tf.tidy(() => ({ ...make() }));
  try {
    const entries = Object.entries(tensors).map(async ([key, t]) => [key, (await t.data()).slice()] as const);
    return Object.fromEntries(await Promise.all(entries)) as Record<string, Float32Array>;
  } finally {
    tf.dispose(tensors);
  }
}
