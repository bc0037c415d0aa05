import { InputError } from '../core/errors.ts';
import { flag, pair } from '../core/options.ts';
import type { Shape } from '../core/shape.ts';
import { baselineInput, baselineOption } from '../metrics/baselines.ts';
import { classScores } from '../metrics/classScores.ts';
import { defineAttribution } from './attribution.ts';

type Pair = readonly [vertical: number, horizontal: number];

/**
 * f(x) − f(x with a window hidden), window after window (Zeiler and Fergus 2014, "Visualizing and understanding
 * convolutional networks", section 4.2). Kept instead of hidden: the score of the window alone.
 */
export const occlusion = defineAttribution({
  id: 'occlusion',
  title: 'Occlusion',
  summary: 'What the score loses when a window of the input is hidden: no gradient, just tries.',
  source: 'Zeiler and Fergus 2014',
  caveat:
    'An input with a hole is one that the net has never seen: the edge of the hole may do as much as what it hides, and what is shown twice is missed.',
  needsImages: false,
  options: {
    window: pair(4, 'size of the window in pixels; features are hidden one by one'),
    stride: pair(2, 'pixels from one window to the next, at most the size of the window'),
    keep: flag(false, 'hides everything but the window and shows the score that is left'),
    baseline: baselineOption,
  },
  async compute(question, { window, stride, keep, baseline }) {
    const { model, values, target, score } = question;
    const { input } = model.network;
    if (stride[0] > window[0] || stride[1] > window[1]) {
      throw new InputError(`stride larger than the window: ${stride.join(' × ')}; use at most ${window.join(' × ')}`);
    }
    const field = fieldOf(input, window, stride);
    const hidden = baselineInput(values, input, baseline);
    const [below, above] = keep ? [hidden, values] : [values, hidden];
    const scores = new Float32Array(field.windows.length);
    await question.inChunks(scores.length, async (first, count) => {
      const inputs = field.windows.slice(first, first + count).map((pixels) => pasted(below, above, pixels, field));
      scores.set((await classScores(model, target, inputs)).logit, first);
    });
    const perWindow = keep ? scores : scores.map((other) => score - other);
    return {
      perChannel: null,
      map: spread(perWindow, field),
      details: {
        /** Windows down and across. */
        rows: field.rows,
        columns: field.columns,
        /** What each window does to the score, or scores alone: [rows, columns]. */
        perWindow,
      },
    };
  },
});

interface Field {
  readonly pixels: number;
  readonly channels: number;
  readonly rows: number;
  readonly columns: number;
  /** The pixels of every window, row by row; at the border a window is cut. */
  readonly windows: readonly (readonly number[])[];
}

function fieldOf(input: Shape, window: Pair, stride: Pair): Field {
  const isImage = input.length === 3;
  const [height, width, channels] = (isImage ? input : [1, input[0]!, 1]) as [number, number, number];
  const [size, step] = isImage ? [window, stride] : [[1, 1] as const, [1, 1] as const];
  const tops = startsOf(height, size[0], step[0]);
  const lefts = startsOf(width, size[1], step[1]);
  const range = (from: number, count: number, length: number) =>
    Array.from({ length: Math.min(count, length - from) }, (_, i) => from + i);
  const windows = tops.flatMap((top) =>
    lefts.map((left) => {
      const columns = range(left, size[1], width);
      return range(top, size[0], height).flatMap((y) => columns.map((x) => y * width + x));
    }),
  );
  return { pixels: height * width, channels, rows: tops.length, columns: lefts.length, windows };
}

/** Where windows start: every `step`, until one reaches the border. */
function startsOf(length: number, size: number, step: number): number[] {
  return Array.from({ length: 1 + Math.ceil(Math.max(0, length - size) / step) }, (_, i) => i * step);
}

/** `below` with these pixels of `above`. */
function pasted(
  below: Float32Array,
  above: Float32Array,
  pixels: readonly number[],
  { channels }: Field,
): Float32Array {
  const out = below.slice();
  for (const p of pixels) out.set(above.subarray(p * channels, (p + 1) * channels), p * channels);
  return out;
}

/** One number per pixel: the mean over the windows it lies in. */
function spread(perWindow: Float32Array, { pixels, windows }: Field): Float32Array {
  const sum = new Float64Array(pixels);
  const count = new Float64Array(pixels);
  windows.forEach((members, w) => {
    for (const p of members) {
      sum[p]! += perWindow[w]!;
      count[p]! += 1;
    }
  });
  return Float32Array.from(sum, (total, p) => total / count[p]!);
}
