import type { Tensor } from '@tensorflow/tfjs-core';
import type { Activation } from '../activations/activation.ts';
import { InputError } from '../core/errors.ts';
import { choice, name, settings } from '../core/options.ts';
import type { Registry } from '../core/registry.ts';
import { channelsOf, describeShape, type Shape } from '../core/shape.ts';
import { splitGroups } from '../activations/groups.ts';
import { defineLayer, vectorParam } from './layer.ts';

/** The activation named in a node, with its fixed settings checked. */
function lookUp(fn: string, activations: Registry<Activation>): Activation {
  return activations.get(fn);
}

/**
 * Applies an activation. One with arity k reads k consecutive channels per output ([…, C] to […, C / k]).
 * Trained shape parameters are shared by the node or kept per channel.
 */
export const activate = defineLayer({
  id: 'activate',
  title: 'Activation',
  summary: 'Bends every number with one function, or joins neighbouring channels in a gate.',
  role: 'pointwise',
  inputs: 'one',
  options: {
    fn: name('relu', 'the activation'),
    parameters: choice('shared', ['shared', 'channel'], 'one set of trained shape parameters, or one per channel'),
    start: settings('start values of the shape parameters'),
  },
  shape([input], { fn, start }, activations) {
    const { arity, params } = lookUp(fn, activations);
    for (const [key, value] of Object.entries(start)) {
      if (!Object.hasOwn(params, key)) {
        const known = Object.keys(params).join(', ') || 'none';
        throw new InputError(`unknown shape parameter of ${fn}: "${key}"; known: ${known}`);
      }
      if (typeof value !== 'number' || !Number.isFinite(value)) {
        throw new InputError(`bad start of ${key} in ${fn}: ${JSON.stringify(value)}; use a number`);
      }
    }
    const channels = channelsOf(input!);
    if (channels % arity !== 0) {
      throw new InputError(
        `${fn} joins ${arity} channels into one: ${describeShape(input!)} has ${channels}; use a multiple of ${arity}`,
      );
    }
    return [...input!.slice(0, -1), channels / arity] as Shape;
  },
  params([input], { fn, parameters, start }, activations) {
    const { arity, params } = lookUp(fn, activations);
    const shape = parameters === 'channel' ? [channelsOf(input!) / arity] : [1];
    return Object.fromEntries(
      Object.entries(params).map(([key, param]) => [
        key,
        { ...vectorParam(shape, (start[key] as number | undefined) ?? param.start), trainable: param.trained },
      ]),
    );
  },
  apply([x], params, { activations }, { fn }) {
    const activation = lookUp(fn, activations);
    const inputs: readonly Tensor[] = activation.arity === 1 ? [x!] : splitGroups(x!, activation.arity);
    return activation.apply(inputs, params);
  },
  detail: ({ fn }) => fn,
});
