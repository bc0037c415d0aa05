import { InputError } from '../core/errors.ts';
import { areaOf } from '../core/shape.ts';
import { fieldAt, theoreticalFields } from '../network/fields.ts';
import { nodeOf, type Network } from '../network/network.ts';

/** A rectangle of pixels inside an image. */
export interface Crop {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** The part of an image that a neuron answers to, as its conditional map shows it. */
export interface RelevantCrop {
  readonly crop: Crop;
  /** 1 where the map is strong, 0.3 elsewhere: [height, width] of the whole image. */
  readonly opacity: Float32Array;
}

/** Blurred relevance below these shares of its maximum is outside of the crop, and shown faintly. */
const CROPPED = 0.1;
const FAINT = 0.2;
const FAINT_OPACITY = 0.3;
/** Added to the maximum before dividing by it. */
const TINY = 1e-10;

/**
 * All that a neuron can see: its theoretical receptive field, cut at the edges of the image; of no height or width where it
 * sees padding alone. `neuron` is its flat position row · width + column in the node.
 */
export function fieldCrop(net: Network, at: string, neuron: number): Crop {
  const [rows, columns] = areaOf(nodeOf(net, at).shape);
  if (!(Number.isInteger(neuron) && neuron >= 0 && neuron < rows * columns)) {
    throw new InputError(`unknown position: ${neuron} of "${at}"; it has positions 0 to ${rows * columns - 1}`, at);
  }
  const [height, width] = net.input.length === 3 ? areaOf(net.input) : [1, net.input[0]!];
  const field = theoreticalFields(net).get(at)!;
  if (field === 'global') return { top: 0, left: 0, height, width };
  const reach = fieldAt(field, [Math.floor(neuron / columns), neuron % columns]);
  const [top, left] = [clamp(reach.top, height), clamp(reach.left, width)];
  return {
    top,
    left,
    height: clamp(reach.top + reach.height, height) - top,
    width: clamp(reach.left + reach.width, width) - left,
  };
}

const clamp = (position: number, length: number) => Math.max(0, Math.min(length, position));

/** Size of the blur for an image: about 8 % of its longer side, odd, at least 3; 19 pixels for 224, as the reference has it. */
export function blurSize(height: number, width: number): number {
  return Math.max(3, 2 * Math.round(0.04 * Math.max(height, width)) + 1);
}

/**
 * The crop of a reference sample (Achtibat et al. 2023): the map of its best neuron is blurred and divided by its maximum;
 * the bounding box of what is above a tenth, without its last row and column, is kept. Where that leaves nothing, as with a
 * map that is nowhere positive, all of the image is.
 */
export function relevantCrop(map: ArrayLike<number>, [height, width]: readonly [number, number]): RelevantCrop {
  const blurred = gaussianBlur(map, [height, width], blurSize(height, width));
  const max = blurred.reduce((a, b) => Math.max(a, b), 0);
  const share = blurred.map((v) => v / (max + TINY));
  const [rows, columns] = [new Set<number>(), new Set<number>()];
  share.forEach((v, i) => {
    if (v <= CROPPED) return;
    rows.add(Math.floor(i / width));
    columns.add(i % width);
  });
  const [top, left] = [Math.min(...rows), Math.min(...columns)];
  // The upper ends are exclusive, as in the reference: the last row and column are dropped.
  const crop = { top, left, height: Math.max(...rows) - top, width: Math.max(...columns) - left };
  return {
    crop: crop.height > 0 && crop.width > 0 ? crop : { top: 0, left: 0, height, width },
    opacity: Float32Array.from(share, (v) => (v > FAINT ? 1 : FAINT_OPACITY)),
  };
}

/**
 * Gaussian blur of an image with an odd kernel size k and σ = 0.3 · ((k − 1) / 2 − 1) + 0.8; beyond the edges the image is
 * mirrored, its edge pixels once.
 */
export function gaussianBlur(
  image: ArrayLike<number>,
  [height, width]: readonly [number, number],
  size: number,
): Float64Array {
  const reach = (size - 1) / 2;
  const sigma = 0.3 * (reach - 1) + 0.8;
  const powers = Array.from({ length: size }, (_, i) => Math.exp(-0.5 * ((i - reach) / sigma) ** 2));
  const sum = powers.reduce((a, b) => a + b);
  const kernel = powers.map((p) => p / sum);
  const along = (from: ArrayLike<number>, length: number, step: number) =>
    Float64Array.from(from, (_, i) => {
      const position = Math.floor(i / step) % length;
      return kernel.reduce((total, weight, k) => {
        const tap = mirrored(position + k - reach, length);
        return total + weight * from[i + (tap - position) * step]!;
      }, 0);
    });
  return along(along(image, width, 1), height, width);
}

/** A position beyond the ends of a line, folded back into it; the end points are not repeated. */
function mirrored(position: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const inside = ((position % period) + period) % period;
  return Math.min(inside, period - inside);
}
