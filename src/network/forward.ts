import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import { tidied } from '../core/tidied.ts';
import type { LayerContext, Params } from '../layers/layer.ts';
import type { Model } from './model.ts';
import { INPUT, type NetworkNode } from './network.ts';

export interface ForwardOptions {
  /** Batch statistics, dropout on. */
  readonly training?: boolean;
  /** Key of the step's random numbers, see `stepKey`; dropout needs it. */
  readonly key?: number;
  /** Weights to use instead of the model's: folded batch norms, what-if values. */
  readonly paramsOf?: (node: NetworkNode) => Params;
  /** Nodes that hand their input on unchanged: folded batch norms. */
  readonly bypass?: ReadonlySet<string>;
  /** Factors multiplied onto a node's output, one per channel, by node id: what if a channel were weaker, or not there? */
  readonly scales?: ReadonlyMap<string, Tensor>;
  /** Nothing will be differentiated: layers may take a faster way that records no gradient. */
  readonly withoutGradient?: boolean;
  /** Stops after this node. */
  readonly until?: string;
  /** Receives new running statistics by "node/param". */
  readonly onUpdate?: (name: string, value: Tensor) => void;
}

/** Values of every node by id, the input included. */
export type ForwardValues = ReadonlyMap<string, Tensor>;

/**
 * Runs the network on x [batch, ...input]. Call it inside tf.tidy or a gradient scope: every value is returned and
 * none is disposed.
 */
export function forward(model: Model, x: Tensor, options: ForwardOptions = {}): ForwardValues {
  checkInput(model, x);
  const values = new Map<string, Tensor>([[INPUT, x]]);
  for (const node of model.network.nodes) {
    values.set(node.id, valueOf(model, node, values, options));
    if (node.id === options.until) break;
  }
  return values;
}

/**
 * The same node by node, so that a long pass lets other work in between; see {@link inTurn}. The values are handles of their
 * own, no tidy frees them, and they belong to the caller: x may go at once. A pass that is not finished leaves nothing behind.
 */
export function* forwardSteps(
  model: Model,
  x: Tensor,
  options: ForwardOptions = {},
): Generator<string, Map<string, Tensor>> {
  checkInput(model, x);
  const values = new Map([[INPUT, owned(() => x)]]);
  let isDone = false;
  try {
    for (const node of model.network.nodes) {
      values.set(
        node.id,
        owned(() => valueOf(model, node, values, options)),
      );
      if (node.id === options.until) break;
      yield node.id;
    }
    isDone = true;
    return values;
  } finally {
    if (!isDone) tf.dispose([...values.values()]);
  }
}

/** What the network answers to x, node by node: [batch, ...output]. Belongs to the caller. */
export function* outputSteps(model: Model, x: Tensor, options: ForwardOptions = {}): Generator<string, Tensor> {
  const values = yield* forwardSteps(model, x, options);
  const last = options.until ?? model.network.output;
  for (const [id, value] of values) if (id !== last) value.dispose();
  return values.get(last)!;
}

const owned = (compute: () => Tensor): Tensor => tidied(() => tf.keep(tf.clone(compute())));

function checkInput({ network }: Model, x: Tensor): void {
  const expected = network.input.join(' × ');
  // Height and width may differ from the description: a receptive field may ask for a larger canvas.
  if (x.rank !== network.input.length + 1 || x.shape[x.rank - 1] !== network.input[network.input.length - 1]) {
    throw new InputError(
      `wrong input shape: [${x.shape.join(', ')}]; expected [batch, ${network.input.join(', ')}] (${expected})`,
    );
  }
}

/** A node's output, scaled if it has a scale. */
function valueOf(model: Model, node: NetworkNode, values: ForwardValues, options: ForwardOptions): Tensor {
  const inputs = node.from.map((id) => values.get(id)!);
  const value = options.bypass?.has(node.id) ? tf.clone(inputs[0]!) : applyNode(model, node, inputs, options);
  const scale = options.scales?.get(node.id);
  return scale ? tf.mul(value, scale) : value;
}

/** One node on given inputs, before any scale. */
export function applyNode(
  model: Model,
  node: NetworkNode,
  inputs: readonly Tensor[],
  options: ForwardOptions = {},
): Tensor {
  const params = options.paramsOf?.(node) ?? model.paramsOf(node);
  const { forwardOnce } = node.layer.linear ?? {};
  if (options.withoutGradient && forwardOnce) {
    return forwardOnce(inputs[0]!, params.kernel!, params.bias ?? null, node.options);
  }
  return node.layer.apply(inputs, params, contextOf(model, node, options), node.options);
}

function contextOf(model: Model, node: NetworkNode, options: ForwardOptions): LayerContext {
  return {
    training: options.training ?? false,
    activations: model.network.vocabulary.activations,
    key: options.key,
    get lane() {
      return model.network.nodes.indexOf(node);
    },
    update: (param, value) => options.onUpdate?.(`${node.id}/${param}`, value),
  };
}

/** The output of the last node. */
export function outputOf(model: Model, values: ForwardValues): Tensor {
  return values.get(model.network.output)!;
}
