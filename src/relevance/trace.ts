import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { inOneGo } from '../core/inTurn.ts';
import { tidied } from '../core/tidied.ts';
import { applyNode, forwardSteps, type ForwardOptions, type ForwardValues } from '../network/forward.ts';
import { freeze, type Model } from '../network/model.ts';
import { INPUT, type Network, type NetworkNode } from '../network/network.ts';
import { foldBatchNorm } from './foldBatchNorm.ts';
import { nonNegativeNodes } from './nonNegative.ts';
import type { Kept, Rule, Site } from './rule.ts';

/**
 * A forward pass kept for explanations, with the weights it was made with: training may go on. The denominators of a rule
 * are computed when relevance first comes by, and kept: the next class, channel or concept finds them. Whoever makes a
 * trace disposes it.
 */
export interface Trace {
  readonly network: Network;
  /** Samples in the trace. */
  readonly samples: number;
  /** Batch norms that could not be folded into the layer before them. */
  readonly notFolded: readonly string[];
  /** The value of every node, and of the input, by id. */
  value(id: string): Tensor;
  /** Nodes that hand relevance on as it is: folded batch norms. */
  isBypassed(node: NetworkNode): boolean;
  ruleOf(node: NetworkNode): Rule;
  siteOf(node: NetworkNode): Site;
  keptOf(node: NetworkNode): Kept;
  /** Per channel, what relevance is multiplied by where it passes the scale of a node's output; absent: it has none. */
  gainOf(node: NetworkNode): Tensor | undefined;
  dispose(): void;
}

export interface TraceOptions {
  /** The rule of every node, by id; see `rulesFor`. */
  readonly rules: ReadonlyMap<string, Rule>;
  /** Merges batch norms into the layers before them first; on unless told. */
  readonly isFolded?: boolean;
  /**
   * Scales outputs by factors from 0 up, see {@link ForwardOptions}. All of y = s·z comes from z: relevance passes
   * unchanged, and a channel that is removed (s = 0) hands nothing on. A gradient is multiplied by s.
   */
  readonly scales?: ForwardOptions['scales'];
  /** Runs no further than this node. */
  readonly until?: string;
}

/** Runs the model on x [batch, ...input] and keeps what explanations need. */
export function traceOf(model: Model, x: Tensor, options: TraceOptions): Trace {
  return inOneGo(traceSteps(model, x, options));
}

/** The same node by node, so that a long pass lets other work in between; see {@link inTurn}. */
export function* traceSteps(model: Model, x: Tensor, options: TraceOptions): Generator<string, Trace> {
  const frozen = freeze(model);
  let trace: Trace | null = null;
  try {
    trace = traceFrom(frozen, yield* passSteps(frozen, x, options), options);
    return trace;
  } finally {
    // Failed, or stopped half way.
    if (!trace) frozen.dispose();
  }
}

function traceFrom(frozen: Model, pass: Pass, given: TraceOptions): Trace {
  const { network } = frozen;
  const { rules } = given;
  const { values, options, folded, notFolded } = pass;
  const nonNegative = nonNegativeNodes(network);
  const kept = new Map<string, Kept>();
  const sites = new Map<string, Site>();
  const gains = gainsOf(network, rules, options.scales);
  const unscaled: Tensor[] = [];
  const ruleOf = (node: NetworkNode) => rules.get(node.id)!;

  const siteOf = (node: NetworkNode): Site => {
    const found = sites.get(node.id) ?? siteAt(frozen, node, values, outputOf(node), options, nonNegative);
    sites.set(node.id, found);
    return found;
  };
  // Rules speak of a node's own output; its scale comes after it.
  const outputOf = (node: NetworkNode): Tensor => {
    if (!gains[node.id]) return values.get(node.id)!;
    const inputs = node.from.map((id) => values.get(id)!);
    const { output } = tidied(() => owned({ output: applyNode(frozen, node, inputs, options) }));
    unscaled.push(output);
    return output;
  };
  return {
    network,
    samples: values.get(INPUT)!.shape[0]!,
    notFolded,
    value: (id) => values.get(id)!,
    isBypassed: (node) => options.bypass?.has(node.id) ?? false,
    ruleOf,
    siteOf,
    keptOf(node) {
      const found = kept.get(node.id) ?? tidied(() => owned(ruleOf(node).prepare(siteOf(node))));
      kept.set(node.id, found);
      return found;
    },
    gainOf: (node) => gains[node.id],
    dispose() {
      for (const tensors of kept.values()) for (const tensor of Object.values(tensors)) tensor?.dispose();
      kept.clear();
      tf.dispose([...values.values(), ...Object.values(gains), ...unscaled, ...folded]);
      frozen.dispose();
    },
  };
}

/**
 * Handles of our own: disposing one never takes another's tensor with it, and no tidy around us frees it. Several names
 * may stand for one tensor (flatten on a row, dropout).
 */
function owned<T extends Readonly<Record<string, Tensor | undefined>>>(tensors: T): T {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, tensor && tf.keep(tf.clone(tensor))]),
  ) as T;
}

/** What relevance is multiplied by at scaled outputs: s in a table of gradients, else 1, or 0 where s is 0. */
function gainsOf(
  net: Network,
  rules: TraceOptions['rules'],
  scales: ForwardOptions['scales'] = new Map(),
): Record<string, Tensor> {
  const linear = net.nodes.filter(({ layer }) => layer.role === 'linear');
  const isGradient = linear.length > 0 && linear.every(({ id }) => rules.get(id)?.id === 'gradient');
  const gain = (scale: Tensor) => (isGradient ? scale : tf.cast(tf.notEqual(scale, 0), 'float32'));
  return tidied(() => owned(Object.fromEntries([...scales].map(([id, scale]) => [id, gain(scale)]))));
}

interface Pass {
  readonly values: ForwardValues;
  /** What the pass was made with. */
  readonly options: ForwardOptions;
  /** Weights that batch norms were folded into. */
  readonly folded: readonly Tensor[];
  readonly notFolded: readonly string[];
}

/** The forward pass, on folded weights where batch norms are folded. */
function* passSteps(
  model: Model,
  x: Tensor,
  { isFolded = true, until, scales }: TraceOptions,
): Generator<string, Pass> {
  const folded: Tensor[] = [];
  let notFolded: readonly string[] = [];
  let options: ForwardOptions = {
    ...(until === undefined ? {} : { until }),
    ...(scales ? { scales } : {}),
  };
  if (isFolded) {
    tf.tidy(() => {
      const found = foldBatchNorm(model, scales);
      for (const weights of found.params.values()) folded.push(...Object.values(weights).map((w) => tf.keep(w)));
      options = { ...options, ...found.forward };
      ({ notFolded } = found);
    });
  }
  let values: ForwardValues | null = null;
  try {
    values = yield* forwardSteps(model, x, { ...options, withoutGradient: true });
    return { values, options, folded, notFolded };
  } finally {
    if (!values) tf.dispose(folded);
  }
}

function siteAt(
  model: Model,
  node: NetworkNode,
  values: ForwardValues,
  output: Tensor,
  options: ForwardOptions,
  nonNegative: ReadonlySet<string>,
): Site {
  const inputs = node.from.map((id) => values.get(id)!);
  const params = options.paramsOf?.(node) ?? model.paramsOf(node);
  const { layer } = node;
  const [x] = inputs;
  const demand = () => {
    if (!layer.linear) throw new Error(`internal: a rule for linear nodes was given "${node.id}" (${node.kind})`);
    return layer.linear;
  };
  return {
    node,
    inputs,
    output,
    kernel: params.kernel!,
    bias: params.bias ?? null,
    isNonNegative: node.from.every((id) => nonNegative.has(id)),
    forward(input, kernel, bias) {
      const { forward: map, forwardOnce = map } = demand();
      return forwardOnce(input, kernel, bias, node.options);
    },
    transpose: (r, kernel) => demand().transpose(r, kernel, x!.shape, node.options),
    timesTranspose(input, r, kernel) {
      const { transpose, timesTranspose } = demand();
      if (timesTranspose) return timesTranspose(input, r, kernel, node.options);
      return tf.mul(input, transpose(r, kernel, input.shape, node.options));
    },
    pull(r) {
      // A linear node's gradient is its transpose; no filter gradient is computed on the way.
      if (layer.linear) return [layer.linear.transpose(r, params.kernel!, x!.shape, node.options)];
      if (layer.pull) return layer.pull(r, { inputs, output, params }, node.options);
      // The clone is an op on the tape: a node may hand its input on, and tfjs finds no gradient of that.
      const f = (...xs: Tensor[]) => tf.clone(applyNode(model, node, xs, { ...options, paramsOf: () => params }));
      const repeats = r.shape[0]! / output.shape[0]!;
      // Clones here too: where both inputs are one tensor, each would get the gradient of both.
      const each = inputs.map((t) =>
        repeats === 1 ? tf.clone(t) : tf.tile(t, [repeats, ...t.shape.slice(1).fill(1)]),
      );
      return tf.grads(f)(each, r);
    },
  };
}
