import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sumOf } from '../core/sumOf.ts';
import { tidied } from '../core/tidied.ts';
import type { NetworkNode } from '../network/network.ts';
import type { Held } from './rule.ts';
import type { Trace } from './trace.ts';

export interface WalkOptions {
  /**
   * Where relevance starts: node id to a tensor of that node's output shape, with as many samples as the trace, or any
   * number of them when the trace holds one. Belongs to the caller.
   */
  readonly start: ReadonlyMap<string, Tensor>;
  /** Multiplied onto what arrives at a node, before its rule: the conditions of concept relevance propagation. */
  readonly masks?: ReadonlyMap<string, Tensor>;
  /** At a node with a mask, drops whatever is on its way past that node. */
  readonly excludesParallel?: boolean;
  /** Ends where relevance has arrived at this node; what is on its way past it stays in the result. */
  readonly until?: string;
  /** What to remember of the relevance that arrives at a node, before its mask; null for nothing. Without it, all of it. */
  readonly note?: (id: string, relevance: Tensor) => Tensor | null;
  /** Counts what biases and stabilisers keep. */
  readonly keepsBooks?: boolean;
  /** Sees each addition: what arrived, and what its inputs got. Runs inside tf.tidy. */
  readonly atSum?: (node: NetworkNode, arrived: Tensor, inputs: readonly Tensor[]) => void;
}

export interface WalkResult {
  /** What was noted at every node relevance reached, and at the input, by id. */
  readonly relevance: ReadonlyMap<string, Tensor>;
  /** Relevance on its way past the node the walk ended at. */
  readonly pending: ReadonlyMap<string, Tensor>;
  /** What was dropped because it went past a node with a mask, by that node's id: [batch]. */
  readonly bypassed: ReadonlyMap<string, Tensor>;
  /** What stayed behind at each node, [batch] each; only where books are kept. */
  readonly held: ReadonlyMap<string, Held>;
}

/**
 * Walks relevance back from the start nodes to the input, in reverse walking order; what meets at a node adds up. A
 * generator that stops after every node, so that a long walk can let other work in; see {@link walk}. Every tensor of the
 * result belongs to the caller.
 */
export function* walkSteps(trace: Trace, options: WalkOptions): Generator<string, WalkResult> {
  const { start, masks, until, note, keepsBooks = false, excludesParallel = false, atSum } = options;
  const pending = new Map([...start].map(([id, tensor]) => [id, tf.clone(tensor)]));
  const noted = new Map<string, Tensor>();
  const bypassed = new Map<string, Tensor>();
  const held = new Map<string, Held>();
  let isDone = false;

  const arrive = (id: string): Tensor | undefined => {
    const arrived = pending.get(id);
    if (!arrived) return undefined;
    // It stays on its way, where a failure finds it, until all that could fail is done.
    const remembered = note ? tidied(() => cloneOf(note(id, arrived))) : tf.clone(arrived);
    if (remembered) noted.set(id, remembered);
    const mask = masks?.get(id);
    const passed = mask ? tf.mul(arrived, mask) : arrived;
    pending.delete(id);
    if (mask && excludesParallel) bypassed.set(id, dropped(pending, arrived));
    if (mask) arrived.dispose();
    return passed;
  };

  try {
    for (const node of [...trace.network.nodes].reverse()) {
      const arrived = arrive(node.id);
      if (node.id === until) {
        if (arrived) pending.set(node.id, arrived);
        break;
      }
      if (!arrived) continue;
      try {
        const { inputs, held: kept } = propagate(trace, node, arrived, keepsBooks, atSum);
        if (kept) held.set(node.id, kept);
        node.from.forEach((source, i) => put(pending, source, inputs[i]!));
      } finally {
        arrived.dispose();
      }
      yield node.id;
    }
    if (until === undefined) arrive('input')?.dispose();
    isDone = true;
    return { relevance: noted, pending, bypassed, held };
  } finally {
    // Stopped half way, or failed: nothing stays behind.
    if (!isDone) {
      tf.dispose([...pending.values(), ...noted.values(), ...bypassed.values()]);
      for (const kept of held.values()) tf.dispose(Object.values(kept));
    }
  }
}

/** The whole walk in one go. */
export function walk(trace: Trace, options: WalkOptions): WalkResult {
  const steps = walkSteps(trace, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

function propagate(
  trace: Trace,
  node: NetworkNode,
  arrived: Tensor,
  keepsBooks: boolean,
  atSum: WalkOptions['atSum'],
): { inputs: Tensor[]; held: Held | undefined } {
  const gain = trace.gainOf(node);
  if (trace.isBypassed(node)) {
    return { inputs: [gain ? tf.mul(arrived, gain) : tf.clone(arrived)], held: undefined };
  }
  const kept = trace.keptOf(node);
  return tidied(() => {
    const relevance = gain ? tf.mul(arrived, gain) : arrived;
    const { inputs, held } = trace.ruleOf(node).propagate(trace.siteOf(node), kept, relevance);
    if (node.layer.role === 'sum') atSum?.(node, relevance, inputs);
    // Clones: a rule may hand its input on, or one tensor to several sources, and each is freed on its own.
    return { inputs: inputs.map((t) => tf.clone(t)), held: keepsBooks ? held?.() : undefined };
  });
}

function put(pending: Map<string, Tensor>, id: string, relevance: Tensor): void {
  const before = pending.get(id);
  if (!before) {
    pending.set(id, relevance);
    return;
  }
  pending.set(id, tf.add(before, relevance));
  tf.dispose([before, relevance]);
}

/** Empties what is on its way and returns how much it was, one number per sample. */
function dropped(pending: Map<string, Tensor>, like: Tensor): Tensor {
  const sum = tf.tidy(() => {
    const parts = [...pending.values()].map((t) => tf.sum(tf.reshape(t, [t.shape[0]!, -1]), 1));
    return sumOf(tf.zeros([like.shape[0]!]), ...parts);
  });
  tf.dispose([...pending.values()]);
  pending.clear();
  return sum;
}

const cloneOf = (tensor: Tensor | null): Tensor | null => tensor && tf.clone(tensor);

/** Frees everything a walk returned. */
export function disposeWalk({ relevance, pending, bypassed, held }: WalkResult): void {
  tf.dispose([...relevance.values(), ...pending.values(), ...bypassed.values()]);
  for (const kept of held.values()) tf.dispose(Object.values(kept));
}
