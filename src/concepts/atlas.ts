import { InputError } from '../core/errors.ts';
import type { ChannelMaps } from './channelMaps.ts';

/** Which channel speaks in which part of the input. */
export interface ConceptAtlas {
  readonly at: string;
  readonly height: number;
  readonly width: number;
  /** The region of every pixel, [height, width], counted from 0; below 0: in none. */
  readonly regions: Int32Array;
  /** The channel with the largest sum in every region; -1 where no sum is positive. */
  readonly channels: Int32Array;
  /** That sum; 0 where there is none. */
  readonly values: Float32Array;
}

/** Cells along the longer side of an image, about. */
const CELLS = 8;
/** A cell of one pixel would show the noise of single pixels. */
const SMALLEST_CELL = 2;

/** Side of the cells of {@link gridRegions} in pixels; a row of features is cut into single ones. */
export function cellSide(height: number, width: number): number {
  return height === 1 ? 1 : Math.max(SMALLEST_CELL, Math.round(Math.max(height, width) / CELLS));
}

/** A regular grid of square cells, row by row, as the region of every pixel, [height, width]; border cells may be cut. */
export function gridRegions(height: number, width: number, side = cellSide(height, width)): Int32Array {
  if (!(Number.isInteger(side) && side >= 1)) {
    throw new InputError(`bad side of a cell: ${side}; use a whole number of pixels from 1`);
  }
  const across = Math.ceil(width / side);
  return Int32Array.from({ length: height * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    return Math.floor(row / side) * across + Math.floor(column / side);
  });
}

/**
 * Concept atlas (Achtibat et al. 2023, Fig. 3c): every region of the input is named after the channel whose conditional map
 * has the largest sum in it. Regions are a grid unless given as a number per pixel; with equal sums the map listed first wins.
 */
export function conceptAtlas(
  { at, channels, height, width, maps }: Pick<ChannelMaps, 'at' | 'channels' | 'height' | 'width' | 'maps'>,
  regions: ArrayLike<number> = gridRegions(height, width),
): ConceptAtlas {
  const area = height * width;
  checkRegions(regions, area);
  const count = Array.from(regions).reduce((most, region) => Math.max(most, region + 1), 0);
  const names = new Int32Array(count).fill(-1);
  const largest = new Float64Array(count);
  channels.forEach((channel, k) => {
    const sums = new Float64Array(count);
    for (let i = 0; i < area; i++) if (regions[i]! >= 0) sums[regions[i]!]! += maps[k * area + i]!;
    sums.forEach((sum, region) => {
      if (sum <= largest[region]!) return;
      names[region] = channel;
      largest[region] = sum;
    });
  });
  return { at, height, width, regions: Int32Array.from(regions), channels: names, values: Float32Array.from(largest) };
}

function checkRegions(regions: ArrayLike<number>, area: number): void {
  if (regions.length !== area) {
    throw new InputError(`wrong size of a region map: ${regions.length} numbers; the image has ${area} pixels`);
  }
  const odd = Array.from(regions).find((region) => !Number.isInteger(region) || region >= area);
  if (odd !== undefined) {
    throw new InputError(
      `bad region: ${odd}; number regions with whole numbers from 0 to ${area - 1}, below 0 for pixels in none`,
    );
  }
}
