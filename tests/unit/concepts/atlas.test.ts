import { expect, test } from 'vitest';
import { cellSide, conceptAtlas, gridRegions, random, type ChannelMaps } from '#src';
import { messageOf } from '../message.ts';

type Maps = Pick<ChannelMaps, 'at' | 'channels' | 'height' | 'width' | 'maps'>;

const maps = (height: number, width: number, channels: readonly number[], values: readonly number[]): Maps => ({
  at: 'a',
  height,
  width,
  channels: Uint32Array.from(channels),
  maps: Float32Array.from(values),
});

test('a grid counts its cells row by row; those at the border may be cut', () => {
  expect([...gridRegions(3, 5, 2)]).toEqual([0, 0, 1, 1, 2, 0, 0, 1, 1, 2, 3, 3, 4, 4, 5]);
  expect(messageOf(() => gridRegions(3, 5, 0))).toBe('bad side of a cell: 0; use a whole number of pixels from 1');
  expect(messageOf(() => gridRegions(3, 5, 1.5))).toBe('bad side of a cell: 1.5; use a whole number of pixels from 1');
});

test('about eight cells lie along the longer side, none of a single pixel; features stand alone', () => {
  expect([8, 16, 20, 28, 32, 64, 224].map((side) => cellSide(side, side))).toEqual([2, 2, 3, 4, 4, 8, 28]);
  expect(cellSide(5, 4)).toBe(2);
  expect(cellSide(16, 64)).toBe(8);
  expect(cellSide(1, 64)).toBe(1);
});

test('a region is named after the channel with the largest sum in it, and not at all where no sum is positive', () => {
  const rows = [
    [1, 1, -5, 0],
    [3, -2, 2, 0],
    [0, 0, 1, 0],
  ];
  const found = conceptAtlas(maps(1, 4, [7, 2, 5], rows.flat()), [0, 0, 1, 2]);
  expect(found).toEqual({
    at: 'a',
    height: 1,
    width: 4,
    regions: Int32Array.of(0, 0, 1, 2),
    channels: Int32Array.of(7, 2, -1),
    values: Float32Array.of(2, 2, 0),
  });
});

test('with equal sums the map listed first wins', () => {
  expect([...conceptAtlas(maps(1, 2, [4, 1], [1, 1, 1, 1]), [0, 0]).channels]).toEqual([4]);
});

test('pixels below 0 belong to no region, and a number nobody uses is an empty region', () => {
  const found = conceptAtlas(maps(1, 4, [3], [1, 1, 1, 100]), [0, 2, 2, -1]);
  expect([...found.channels]).toEqual([3, -1, 3]);
  expect([...found.values]).toEqual([1, 0, 2]);
});

test('an atlas of random maps is what counting cell by cell gives', () => {
  const source = random(3);
  for (const [height, width] of [
    [9, 7],
    [32, 20],
  ] as const) {
    const channels = [5, 0, 3, 8];
    const values = Array.from({ length: channels.length * height * width }, () => Math.fround(source.normal()));
    const found = conceptAtlas(maps(height, width, channels, values));
    const side = Math.max(2, Math.round(Math.max(height, width) / 8));
    let region = 0;
    for (let top = 0; top < height; top += side)
      for (let left = 0; left < width; left += side, region++) {
        const sums = channels.map((_, k) => {
          let sum = 0;
          for (let y = top; y < Math.min(top + side, height); y++)
            for (let x = left; x < Math.min(left + side, width); x++) {
              sum += values[(k * height + y) * width + x]!;
              expect(found.regions[y * width + x]).toBe(region);
            }
          return sum;
        });
        const most = Math.max(...sums);
        expect(found.channels[region]).toBe(most > 0 ? channels[sums.indexOf(most)] : -1);
        expect(found.values[region]).toBe(Math.fround(Math.max(0, most)));
      }
    expect(found.channels).toHaveLength(region);
  }
});

test('a map of regions that does not fit is refused', () => {
  const four = maps(2, 2, [0], [1, 1, 1, 1]);
  expect(messageOf(() => conceptAtlas(four, [0, 0, 1]))).toBe(
    'wrong size of a region map: 3 numbers; the image has 4 pixels',
  );
  const way = 'number regions with whole numbers from 0 to 3, below 0 for pixels in none';
  expect(messageOf(() => conceptAtlas(four, [0, 0, 1, 4]))).toBe(`bad region: 4; ${way}`);
  expect(messageOf(() => conceptAtlas(four, [0, 0.5, 1, 1]))).toBe(`bad region: 0.5; ${way}`);
  expect(messageOf(() => conceptAtlas(four, [0, NaN, 1, 1]))).toBe(`bad region: NaN; ${way}`);
});
