import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import { inTurn } from '../core/inTurn.ts';
import { channelsOf, describeShape } from '../core/shape.ts';
import { checkFinite, readAndDispose } from '../core/readBack.ts';
import { fieldAt, theoreticalFields } from '../network/fields.ts';
import type { Model } from '../network/model.ts';
import { nodeOf } from '../network/network.ts';
import { rulesFor } from '../relevance/composite.ts';
import { gradientOnly } from '../relevance/composites/gradientOnly.ts';
import { toInput } from '../relevance/toInput.ts';
import { traceSteps } from '../relevance/trace.ts';
import {
  centredSquares,
  centreValue,
  columnProfile,
  halfRectangle,
  largest,
  logScaled,
  luoCount,
  moments,
  type FieldMap,
} from './fieldMeasures.ts';
import { defineInstrument } from './instrument.ts';
import type { FieldMode, FieldRectangle, ReceptiveFieldData } from './records.ts';

export interface ErfOptions {
  /** Node whose unit is asked. */
  readonly at: string;
  /** One channel, or null for all channels of the position together. */
  readonly channel: number | null;
  /** Row and column of the unit, or its centre: index floor(size / 2) on each axis. */
  readonly unit: readonly [number, number] | 'centre';
  readonly mode: FieldMode;
}

/**
 * The effective receptive field (Luo et al. 2016): gradient 1 at one unit, carried back to the pixels of every input,
 * then averaged. `abs` means mean of Σ_c |g_c|: for random weights the signed mean tends to 0, so this is the default.
 */
export const erf = defineInstrument<ReceptiveFieldData, ErfOptions>({
  id: 'erf',
  title: 'Effective receptive field',
  question: 'Which pixels does this unit answer to?',
  source: 'Luo, Li, Urtasun and Zemel 2016',
  defaults: { at: '', channel: null, unit: 'centre', mode: 'abs' },
  async compute(model, x, options, context) {
    const { at, channel, mode } = options;
    if (x.rank !== 4) {
      throw new InputError(
        `a receptive field needs images: the input is ${describeShape(x.shape.slice(1))}; use a net on images`,
      );
    }
    const node = nodeOf(model.network, at);
    const channels = channelsOf(node.shape);
    if (channel !== null && !(Number.isInteger(channel) && channel >= 0 && channel < channels)) {
      throw new InputError(`unknown channel: ${channel} of "${at}"; it has channels 0 to ${channels - 1}`);
    }
    const [, height, width] = x.shape as [number, number, number];
    const steps = fieldMap(model, x, options);
    const { map, size } = await inTurn(steps, { signal: context.signal, what: 'receptive field' });
    const [values] = (await readAndDispose([map])) as [Float32Array];
    checkFinite(values, `the field of "${at}"`);

    const unit = placeOf(options.unit, size, at);
    const theory = theoreticalFields(model.network).get(at)!;
    const theoretical = theory === 'global' ? 'global' : fieldAt(theory, unit);
    const measured = { values, height, width };
    const centre = centreOf(theoretical, height, width);
    const reference = centreValue(measured, centre) ?? largest(measured);
    const count = luoCount(measured, reference);
    const around = squareCentre(unit, size, centre, measured);
    const squares = centredSquares(measured, around);
    return {
      at,
      channel,
      unit,
      mode,
      samples: x.shape[0]!,
      height,
      width,
      values,
      theoretical,
      inputsAligned: theory === 'global' ? true : theory.aligned,
      clipped: theoretical !== 'global' && leaves(theoretical, height, width),
      centre,
      luo: {
        count,
        size: Math.sqrt(count),
        ratio: theoretical === 'global' ? null : Math.sqrt(count) / theoretical.height,
        sizeRelativeToMax: Math.sqrt(luoCount(measured, largest(measured))),
      },
      ...moments(measured),
      squares,
      squaresLog: centredSquares(logScaled(measured), around),
      half: halfRectangle(squares, around),
      profile: columnProfile(measured),
    };
  },
});

/** The averaged gradient map [height, width], and height and width of the asked node itself. */
function* fieldMap(
  model: Model,
  x: Tensor,
  options: ErfOptions,
): Generator<string, { map: Tensor; size: readonly [number, number] }> {
  const { at, mode } = options;
  const rules = rulesFor(model.network, gradientOnly());
  const trace = yield* traceSteps(model, x, { rules, isFolded: false, until: at });
  try {
    const output = trace.value(at);
    const [, rows, columns] = output.shape;
    const size = columns === undefined ? ([1, 1] as const) : ([rows!, columns] as const);
    const startOf = () => {
      const seed = seedOf(output, options, size);
      return mode === 'reluContribution' ? tf.mul(seed, tf.cast(tf.greater(output, 0), 'float32')) : seed;
    };
    return { map: yield* toInput(trace, at, startOf, (g) => average(g, mode)), size };
  } finally {
    trace.dispose();
  }
}

/** Ones at the asked unit of every sample, zero elsewhere. */
function seedOf(output: Tensor, { unit, channel, at }: ErfOptions, size: readonly [number, number]): Tensor {
  const [row, column] = placeOf(unit, size, at);
  const seed = tf.buffer(output.shape);
  const channels = channelsOf(output.shape);
  for (let n = 0; n < output.shape[0]!; n++) {
    for (let c = 0; c < channels; c++) {
      if (channel !== null && c !== channel) continue;
      if (output.rank === 4) seed.set(1, n, row, column, c);
      else seed.set(1, n, c);
    }
  }
  return seed.toTensor();
}

function placeOf(unit: ErfOptions['unit'], size: readonly [number, number], at: string): readonly [number, number] {
  if (unit === 'centre') return [Math.floor(size[0] / 2), Math.floor(size[1] / 2)];
  const fits = unit.every((u, axis) => Number.isInteger(u) && u >= 0 && u < size[axis]!);
  if (!fits) {
    throw new InputError(
      `unit outside its layer: (${unit.join(', ')}) of "${at}"; rows 0 to ${size[0] - 1}, columns 0 to ${size[1] - 1}`,
    );
  }
  return unit;
}

/** g is [batch, height, width, channels]. */
function average(g: Tensor, mode: FieldMode): Tensor {
  switch (mode) {
    case 'signed':
      return tf.mean(tf.sum(g, 3), 0);
    case 'abs':
      return tf.mean(tf.sum(tf.abs(g), 3), 0);
    case 'rms':
      return tf.sqrt(tf.mean(tf.sum(tf.square(g), 3), 0));
    case 'reluContribution':
      return tf.mean(tf.sum(tf.relu(g), 3), 0);
  }
}

function centreOf(theoretical: FieldRectangle | 'global', height: number, width: number): readonly [number, number] {
  if (theoretical === 'global') return [(height - 1) / 2, (width - 1) / 2];
  return [theoretical.top + (theoretical.height - 1) / 2, theoretical.left + (theoretical.width - 1) / 2];
}

/**
 * Squares of the centre unit lie around pixel (⌊h/2⌋, ⌊w/2⌋), as the RepLKNet script draws them; with strides that can
 * be one pixel beside the field's own centre. Squares of any other unit lie around its field.
 */
function squareCentre(
  unit: readonly [number, number],
  size: readonly [number, number],
  centre: readonly [number, number],
  { height, width }: FieldMap,
): readonly [number, number] {
  const isCentreUnit = unit.every((u, axis) => u === Math.floor(size[axis]! / 2));
  return isCentreUnit ? [Math.floor(height / 2), Math.floor(width / 2)] : centre;
}

function leaves({ top, left, height: h, width: w }: FieldRectangle, height: number, width: number): boolean {
  return top < 0 || left < 0 || top + h > height || left + w > width;
}
