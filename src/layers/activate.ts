import {
  ABSENT,
  backwardProgram,
  forwardProgram,
  type BackwardOptions,
  type Elementwise,
  type StreamProgram,
} from '#kernels';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Activation } from '../activations/activation.ts';
import { InputError } from '../core/errors.ts';
import { choice, name, settings } from '../core/options.ts';
import type { Registry } from '../core/registry.ts';
import { channelsOf, describeShape, sizeOf, type Shape } from '../core/shape.ts';
import { splitGroups } from '../activations/groups.ts';
import type { Value } from '../plan/lowering.ts';
import { defineLayer, vectorParam } from './layer.ts';

/** The activation named in a node, with its fixed settings checked. */
function lookUp(fn: string, activations: Registry<Activation>): Activation {
  return activations.get(fn);
}

type Kinds = Readonly<Record<string, 'scalar' | 'channel'>>;

/** One program for all nodes with one function: engines compile each program once. */
const forwardOf = oncePerFunction((fn, kinds: Kinds) => forwardProgram(fn, kinds));
const backwardOf = oncePerFunction((fn, options: BackwardOptions) => backwardProgram(fn, options));

function oncePerFunction<O>(make: (fn: Elementwise, options: O) => StreamProgram) {
  const made = new WeakMap<Elementwise, Map<string, StreamProgram>>();
  return (fn: Elementwise, options: O): StreamProgram => {
    const own = made.get(fn) ?? new Map<string, StreamProgram>();
    made.set(fn, own);
    const key = JSON.stringify(options);
    const program = own.get(key) ?? make(fn, options);
    own.set(key, program);
    return program;
  };
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
  outsidePlans: ({ fn }, activations) =>
    lookUp(fn, activations).elementwise ? null : `the activation "${fn}" has no formula`,
  lower({ inputs, params, options: { fn, parameters }, shape, batch, activations, output, stream }) {
    const [x] = inputs as [Value];
    const isDone = (x.isRectified ?? false) && fn === 'relu';
    const formula = lookUp(fn, activations).elementwise!;
    const kind = parameters === 'channel' ? 'channel' : 'scalar';
    const kinds = Object.fromEntries(formula.params.map((param) => [param, kind] as const));
    const channels = channelsOf(shape);
    const rows = (batch * sizeOf(shape)) / channels;
    const y = isDone ? x.buffer : output();
    const buffers: Record<string, number> = { ...params, x: x.buffer, [formula.inputs[0]!]: x.buffer, y };
    const run = (program: StreamProgram, given: Readonly<Record<string, number>>) =>
      stream(
        program,
        [...program.inputs, ...program.outputs].map(({ name }) => given[name]!),
        rows,
        channels,
      );
    if (!isDone) run(forwardOf(formula, kinds), buffers);
    return {
      output: y,
      back({ dy, dx, gradients }) {
        const to = dx(0);
        const trained = formula.params.filter((param) => (gradients[param] ?? ABSENT) !== ABSENT);
        if (to === ABSENT && trained.length === 0) return;
        const slopes = Object.fromEntries(trained.map((param) => [`d${param}`, gradients[param]!]));
        run(backwardOf(formula, { kinds, toInput: to !== ABSENT, trained }), { ...buffers, ...slopes, dy, dx: to });
      },
    };
  },
  detail: ({ fn }) => fn,
});
