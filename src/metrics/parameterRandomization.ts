import { throwIfCancelled } from '../core/errors.ts';
import { name } from '../core/options.ts';
import { random } from '../core/random.ts';
import { build } from '../network/model.ts';
import type { Network } from '../network/network.ts';
import { nextTask } from '../core/inTurn.ts';
import { defineMetric, explained, flatness, unscored } from './metric.ts';
import { spearman } from './ranks.ts';

/** After one more layer got fresh weights. */
export interface RandomizationStep {
  /** The layer that was re-initialised last; all above it were before. */
  readonly at: string;
  /** Spearman correlation with the original map; null where the map became flat. */
  readonly correlation: number | null;
  /** The same for the sizes of the relevance, signs left out. */
  readonly sizeCorrelation: number | null;
  /** The map, divided by its largest size. */
  readonly map: Float32Array;
}

export interface ParameterRandomizationData {
  /** Correlation once every layer is re-initialised. */
  readonly value: number;
  /** From the output down. */
  readonly steps: readonly RandomizationStep[];
}

const options = {
  initializer: name('heNormal', 'initializer of the fresh weights; best the one the net was built with'),
};

/** Gives the layers fresh weights, from the output down and cumulatively, and compares the maps with the original. */
export const parameterRandomization = defineMetric<ParameterRandomizationData, typeof options>({
  id: 'parameterRandomization',
  title: 'Parameter randomization',
  question: 'Does the map change when the net forgets what it learned?',
  scale: '1: the same map without any training, 0: nothing in common, −1: upside down',
  caveat:
    'A map that changes need not be right, and one that stays is a warning, no proof: guided backpropagation and z⁺-type LRP stay similar because they converge to a fixed pattern (Sixt et al. 2020), and any map multiplied by the input keeps the shape of the input.',
  source: 'Adebayo et al. 2018; Sixt, Granz and Landgraf 2020',
  options,
  async compute(subject, { initializer }, { seed = 0, signal, onProgress }) {
    const { model, x } = subject;
    const flat = flatness(subject.map);
    if (flat !== null) return unscored(flat);
    const groups = layersFromTheTop(model.network);
    if (groups.length === 0) return unscored('no weights: the net has nothing to re-initialise');
    // A stream of its own: the model's own seed would give the weights it started from.
    const copy = build(model.network, { seed: random(seed, 'parameterRandomization').integer(2 ** 32), initializer });
    try {
      const fresh = await copy.read();
      const weights = await model.read();
      const steps: RandomizationStep[] = [];
      for (const { at, names } of groups) {
        for (const weight of names) weights[weight] = fresh[weight]!;
        copy.write(weights);
        const map = await explained(subject, copy, x);
        steps.push({
          at,
          correlation: spearman(subject.map, map),
          sizeCorrelation: spearman(subject.map.map(Math.abs), map.map(Math.abs)),
          map: scaled(map),
        });
        onProgress?.(steps.length / groups.length);
        await nextTask();
        throwIfCancelled(signal, 'parameter randomization');
      }
      const value = steps.at(-1)!.correlation;
      return value === null ? unscored('flat map: the randomized net gives no map to compare with') : { value, steps };
    } finally {
      copy.dispose();
    }
  },
});

/**
 * Weight names in the steps of the cascade. A node with a kernel begins a step; what has no random start (batch norm,
 * shapes of activations) starts anew together with the kernel before it.
 */
function layersFromTheTop({ nodes }: Network): { readonly at: string; readonly names: readonly string[] }[] {
  const groups: { at: string; names: string[] }[] = [];
  for (const { id, params } of nodes) {
    const names = Object.keys(params).map((param) => `${id}/${param}`);
    if (names.length === 0) continue;
    const hasKernel = Object.values(params).some(({ start }) => start === 'kernel');
    if (hasKernel || groups.length === 0) groups.push({ at: id, names });
    else groups.at(-1)!.names.push(...names);
  }
  return groups.reverse();
}

/** Divided by the largest |value|; a map of zeros stays. */
function scaled(map: Float32Array): Float32Array {
  const largest = map.reduce((most, a) => Math.max(most, Math.abs(a)), 0);
  return largest === 0 ? map : map.map((a) => a / largest);
}
