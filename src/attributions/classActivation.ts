import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import type { Option } from '../core/options.ts';
import { describeShape } from '../core/shape.ts';
import { readAndDispose } from '../core/readBack.ts';
import type { Model } from '../network/model.ts';
import { nodeOf, type Network, type NetworkNode } from '../network/network.ts';
import { rulesFor } from '../relevance/composite.ts';
import { gradientOnly } from '../relevance/composites/gradientOnly.ts';
import { startAt } from '../relevance/logits.ts';
import { traceSteps } from '../relevance/trace.ts';
import { disposeWalk, walkSteps } from '../relevance/walk.ts';
import type { Question } from './attribution.ts';

/** The node whose channels are weighed. */
export const nodeOption: Option<string | null> = {
  default: null,
  summary: 'node whose channels are weighed; null: the last that computes channels with positions',
  expected: 'the name of a node in quotes, or null',
  parse: (value) => (value === null || (typeof value === 'string' && value.length > 0) ? value : undefined),
};

const hasPositions = ({ shape }: NetworkNode): boolean => shape.length === 3;
/** Not pools, dropout and up-sampling: they only hand on what is known before them. */
const computes = ({ layer, from }: NetworkNode): boolean =>
  ['linear', 'normalize', 'pointwise', 'sum'].includes(layer.role) || from.length > 1;

/** The node asked for, or the last one that computes channels with positions: the activation behind the last convolution. */
export function weighedNode(net: Network, wanted: string | null): NetworkNode {
  const candidates = net.nodes.filter((node) => hasPositions(node) && computes(node));
  const last = candidates.at(-1);
  if (!last) {
    const ids = net.nodes.map(({ id }) => id).join(', ');
    throw new InputError(`no channels with positions: ${ids}; add a convolution, or use gradient or occlusion`);
  }
  if (wanted === null) return last;
  const node = nodeOf(net, wanted);
  if (hasPositions(node)) return node;
  const others = candidates.map(({ id }) => id).join(', ');
  throw new InputError(
    `no positions at "${wanted}": its output is ${describeShape(node.shape)}; use ${others}`,
    wanted,
  );
}

/** The map of a node in its own size and in that of the input. */
export interface ClassActivation {
  readonly node: string;
  readonly height: number;
  readonly width: number;
  /** α_c, the mean gradient of each channel: [channels]. */
  readonly weights: Float32Array;
  /** Σ_c α_c A_c: [height, width]. */
  readonly beforeRelu: Float32Array;
  /** What is drawn larger: `beforeRelu` without its negative part, if so asked. */
  readonly coarse: Float32Array;
  /** In the size of the input, bilinear with half-pixel centres. */
  readonly enlarged: Float32Array;
}

/** L = ReLU(Σ_c α_c A_c), α_c = mean over space of ∂f/∂A_c (Selvaraju et al. 2017, eq. 1 and 2). */
export async function classActivation(
  { model, x, target, inTurn }: Pick<Question, 'model' | 'x' | 'target' | 'inTurn'>,
  wanted: string | null,
  isRectified: boolean,
): Promise<ClassActivation> {
  const { network } = model;
  const { id, shape } = weighedNode(network, wanted);
  const [height, width] = shape as [number, number];
  const size = network.input.slice(0, 2) as [number, number];
  const { A, g } = await inTurn(activationAndGradient(model, x, target, id));
  const tensors = tf.tidy(() => {
    const alpha = tf.mean(g, [1, 2]);
    const before = tf.sum(tf.mul(A, alpha), 3, true) as Tensor4D;
    const coarse = isRectified ? tf.relu(before) : tf.clone(before);
    return [alpha, before, coarse, tf.image.resizeBilinear(coarse, size, false, true)];
  });
  tf.dispose([A, g]);
  const [weights, beforeRelu, coarse, enlarged] = await readAndDispose(tensors);
  return {
    node: id,
    height,
    width,
    weights: weights!,
    beforeRelu: beforeRelu!,
    coarse: coarse!,
    enlarged: enlarged!,
  };
}

/** What a node computes, and the gradient of the logit there. They belong to the caller. */
function* activationAndGradient(
  model: Model,
  x: Tensor,
  target: number,
  id: string,
): Generator<string, { A: Tensor; g: Tensor }> {
  const { network } = model;
  // Unfolded: a folded convolution has other values than the one that is named.
  const trace = yield* traceSteps(model, x, { rules: rulesFor(network, gradientOnly()), isFolded: false });
  const start = startAt(trace, [[target]], 'one');
  try {
    const walked = yield* walkSteps(trace, {
      start: new Map([[network.output, start]]),
      until: id,
      note: (at, r) => (at === id ? r : null),
    });
    const A = tf.clone(trace.value(id));
    const arrived = walked.relevance.get(id);
    const g = arrived ? tf.clone(arrived) : tf.zerosLike(A);
    disposeWalk(walked);
    return { A, g };
  } finally {
    start.dispose();
    trace.dispose();
  }
}
