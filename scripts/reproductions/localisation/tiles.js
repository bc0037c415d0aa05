import { pngAddress } from '../png.js';

const PAPER = [251, 250, 247];
const WARM = [178, 24, 43];
const COOL = [33, 102, 172];
/** Bends the scale, so that little is not drawn as nothing. */
const POWER = 0.75;

/** A picture [height, width, 3] of numbers from 0 to 1. */
export function pictureAddress(values, [height, width]) {
  return pngAddress(
    Uint8Array.from(values, (value) => Math.round(255 * value)),
    height,
    width,
  );
}

/** A map [height, width]: red for, blue against, the colour of paper for nothing; the largest value is full colour. */
export function mapAddress(map, [height, width]) {
  const most = map.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
  const bytes = Uint8Array.from({ length: 3 * map.length }, (_, i) => {
    const value = map[Math.floor(i / 3)] / most;
    const [from, to] = [PAPER[i % 3], (value > 0 ? WARM : COOL)[i % 3]];
    return Math.round(from + (to - from) * Math.abs(value) ** POWER);
  });
  return pngAddress(bytes, height, width);
}

/** The edges of a mask as a path in its pixels. */
export function outlinePath(mask, [height, width]) {
  const at = (row, column) =>
    row >= 0 && row < height && column >= 0 && column < width ? mask[row * width + column] : 0;
  let path = '';
  for (let row = 0; row <= height; row++) {
    for (let column = 0; column <= width; column++) {
      if (at(row, column) !== at(row - 1, column)) path += `M${column} ${row}h1`;
      if (at(row, column) !== at(row, column - 1)) path += `M${column} ${row}v1`;
    }
  }
  return path;
}
