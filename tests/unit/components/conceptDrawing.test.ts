import { expect, test } from 'vitest';
import type { Stage } from '#src';
import {
  accountRows,
  argueRows,
  atlasBorder,
  atlasCells,
  atlasLeaders,
  drawReference,
  evenly,
  graphBelow,
  graphWindow,
  mainChannels,
  middleOf,
  moved,
  nearestStep,
  pixelsOfRegion,
  shareOf,
  whereMostly,
} from '../../support/drawingParts.ts';
import { exampleArguments, exampleAtlas, exampleConcepts, exampleReferences } from '../../support/exampleConcepts.ts';
import { exampleRelevance, exampleShape, noise } from '../../support/exampleRecords.ts';

test('no fewer channels hold more than half, and one fewer would not', () => {
  const random = noise(3);
  for (let trial = 0; trial < 200; trial++) {
    const values = Array.from({ length: 12 }, () => Math.round(20 * (random() - 0.5)));
    for (const sign of [1, -1] as const) {
      const sum = (channels: readonly number[]) =>
        channels.reduce((total, c) => total + Math.max(0, sign * values[c]!), 0);
      const all = sum([...values.keys()]);
      const found = mainChannels(values, sign);
      if (all === 0) expect(found).toEqual([]);
      else {
        expect(2 * sum(found)).toBeGreaterThan(all);
        expect(2 * sum(found.slice(0, -1))).toBeLessThanOrEqual(all);
      }
    }
  }
});

test('rows are the channels with most relevance, the selected one among them, with the share of all sizes', () => {
  const { data } = exampleConcepts();
  const rows = argueRows(data, { order: 'size', room: 4, selected: 14 });
  expect(rows.map(({ channel }) => channel)).toEqual([1, 6, 5, 14]);
  const all = exampleArguments.reduce((sum, value) => sum + Math.abs(value), 0);
  expect(rows[1]!.share).toBeCloseTo(-4.7 / all, 6);
  expect(shareOf(rows)).toBeCloseTo((8 + 4.7 + 4.6 + 1.3) / all, 6);
  expect(argueRows(data, { order: 'value', room: 4, selected: 1 }).map(({ channel }) => channel)).toEqual([1, 5, 7, 6]);
  expect(argueRows(data, { order: 'size', room: Infinity, selected: 0 })).toHaveLength(16);
});

test('a row has the map of its own channel, and none where none was computed', () => {
  const { data } = exampleConcepts();
  const rows = argueRows(data, { order: 'size', room: 16, selected: 0 });
  const area = data.height * data.width;
  rows.forEach(({ channel, map }) => {
    const place = [...data.shown].indexOf(channel);
    expect(map === null).toBe(place < 0);
    if (map) expect(map).toEqual(data.maps.slice(place * area, (place + 1) * area));
  });
});

test('a part of a picture is named when it holds most of a sign', () => {
  const grid = (inside: (row: number, column: number) => number) =>
    Float32Array.from({ length: 64 }, (_, i) => inside(Math.floor(i / 8), i % 8));
  const where = (map: Float32Array, sign: 1 | -1 = 1) => whereMostly(map, 8, 8, sign);
  expect(where(grid((r, c) => (r > 5 && c > 5 ? 1 : 0)))).toBe('lowerRight');
  expect(where(grid((r, c) => (r > 1 && r < 6 && c > 1 && c < 6 ? 1 : 0)))).toBe('middle');
  expect(where(grid((r) => (r < 3 ? 1 : 0)))).toBe('upper');
  expect(where(grid((_, c) => (c > 3 ? 1 : 0)))).toBe('right');
  expect(where(grid(() => 1))).toBe(null);
  expect(
    where(
      grid(() => 1),
      -1,
    ),
  ).toBe(undefined);
  expect(
    where(
      grid((r) => (r > 4 ? -1 : 0.1)),
      -1,
    ),
  ).toBe('lower');
});

test('the account runs from the logit to the input; of many layers some are taken evenly', () => {
  const { data } = exampleRelevance();
  expect(accountRows(data, 8).map(({ stage, end, value }) => [stage ?? end, value])).toEqual([
    ['logit', 12.4],
    ['conv4', 12.2],
    ['conv3', 12.2],
    ['conv2', 12.2],
    ['conv1', 12.2],
    ['input', 12.03],
  ]);
  const layers = Array.from({ length: 31 }, (_, i) => ({ ...data.layers[0]!, stage: `l${i}`, sum: i }));
  expect(accountRows({ ...data, layers }, 8).map(({ stage }) => stage)).toEqual([
    null,
    'l1',
    'l7',
    'l13',
    'l18',
    'l24',
    'l30',
    null,
  ]);
});

test('an atlas lists its leaders by what they bring, and cuts the picture into their cells', () => {
  const atlas = exampleAtlas();
  const leaders = atlasLeaders(atlas);
  expect(leaders.map(({ channel, cells, colour }) => [channel, cells, colour])).toEqual([
    [1, 5, 0],
    [7, 3, 1],
    [5, 4, 2],
  ]);
  const cells = atlasCells(atlas);
  expect(cells).toHaveLength(12);
  expect(cells[0]).toMatchObject({ channel: 5, top: 0, left: 7, height: 7, width: 7 });
  const sum = (channel: number) =>
    cells.filter((cell) => cell.channel === channel).reduce((all, c) => all + c.value, 0);
  for (const { channel, value } of leaders) expect(sum(channel)).toBeCloseTo(value, 6);
});

test('the border of a leader is as long as its cells need: inner edges are not drawn', () => {
  // Channel 5 leads in four cells that hang together by three sides; of the three of channel 7 two do, by one.
  const sides = (channel: number) => [...atlasBorder(exampleAtlas(), channel).matchAll(/[hv]1/g)].length / 7;
  expect([sides(5), sides(7), sides(99)]).toEqual([4 * 4 - 2 * 3, 4 * 3 - 2, 0]);
});

test('beyond ten leaders there are no colours', () => {
  const channels = Int32Array.from({ length: 12 }, (_, i) => i);
  const leaders = atlasLeaders({ ...exampleAtlas(), channels, values: new Float32Array(12).fill(1) });
  expect(leaders.filter(({ colour }) => colour === null).map(({ channel }) => channel)).toEqual([10, 11]);
});

test('a reference is drawn with its map, as it is, or cut to a box whose outside is paper', () => {
  const [reference] = exampleReferences(5, 1) as [ReturnType<typeof exampleReferences>[number]];
  const look = (name: Parameters<typeof drawReference>[2]) => drawReference(reference, exampleShape, name);
  expect(look('map')).toEqual({ values: reference.input, shape: exampleShape, map: reference.map });
  expect(look('picture').map).toBe(null);
  const crop = look('crop');
  expect(crop.shape).toEqual([12, 12, 1]);
  expect(crop.values[5 * 12 + 3]).toBe(reference.input[(4 + 5) * 28 + 6 + 3]);
  expect(crop.map).toBe(null);
  const field = look('field');
  expect(field.shape).toEqual([17, 17, 1]);
  expect([...field.values.subarray(0, 3 * 17)].every((value) => value === 0)).toBe(true);
  expect(field.values[5 * 17 + 9]).toBe(reference.input[2 * 28 + 17]);
  const waiting = drawReference({ ...reference, map: null, crop: null }, exampleShape, 'crop');
  expect([waiting.values.length, waiting.map]).toEqual([784, null]);
});

test('a colour picture is cut with its channels together', () => {
  const input = Float32Array.from({ length: 4 * 4 * 3 }, (_, i) => i);
  const reference = {
    ...exampleReferences(5, 1)[0]!,
    input,
    map: null,
    crop: { top: 1, left: 2, height: 2, width: 2 },
  };
  const { values, shape } = drawReference(reference, [4, 4, 3], 'crop');
  expect(shape).toEqual([2, 2, 3]);
  expect([...values]).toEqual([18, 19, 20, 21, 22, 23, 30, 31, 32, 33, 34, 35]);
});

test('a part of a node is moved and resized inside it, and drawn over its pixels', () => {
  expect(middleOf(14, 14)).toEqual({ rows: [3, 10], columns: [3, 10] });
  expect(middleOf(1, 2)).toEqual({ rows: [0, 0], columns: [0, 1] });
  const region = { rows: [12, 13], columns: [0, 1] } as const;
  expect(moved(region, [1, 0], [14, 14], false)).toEqual(region);
  expect(moved(region, [0, 1], [14, 14], false)).toEqual({ rows: [12, 13], columns: [1, 2] });
  expect(moved(region, [-1, 0], [14, 14], true)).toEqual({ rows: [12, 12], columns: [0, 1] });
  expect(moved({ rows: [3, 3], columns: [0, 1] }, [-1, 0], [14, 14], true).rows).toEqual([3, 3]);
  expect(pixelsOfRegion(region, [28, 28], [14, 14])).toEqual({ top: 24, left: 0, height: 4, width: 4 });
});

test('pictures of a history are taken evenly with both ends; the nearest kept step is found', () => {
  expect(evenly([1, 2, 3], 5)).toEqual([1, 2, 3]);
  expect(evenly([0, 1, 2, 3, 4, 5, 6, 7, 8], 3)).toEqual([0, 4, 8]);
  expect(evenly([1, 2, 3], 1)).toEqual([3]);
  expect([0, 14, 15, 16, 99].map((step) => nearestStep([0, 10, 20], step))).toEqual([0, 10, 10, 20, 20]);
  expect(nearestStep([], 5)).toBe(null);
});

test('the graph goes through the chosen node and the layers beside it, without the layer of the logits', () => {
  const stages = ['a', 'b', 'c', 'd', 'e'].map((id): Stage => ({
    id,
    output: `${id}!`,
    from: [],
    kind: 'dense',
    shape: [4],
    detail: '',
  }));
  const order = ['a', 'a!', 'b', 'b!', 'add', 'c', 'c!', 'd', 'd!', 'e!'];
  const through = (at: string) => graphWindow(stages, at, order);
  expect(through('a!')).toEqual(['a!', 'b!', 'c!']);
  expect(through('b!')).toEqual(['a!', 'b!', 'c!']);
  expect(through('c!')).toEqual(['b!', 'c!', 'd!']);
  expect(through('d!')).toEqual(['b!', 'c!', 'd!']);
  expect(through('e!')).toEqual(['b!', 'c!', 'd!']);
  expect(through('add')).toEqual(['b!', 'add', 'c!']);
  expect(graphWindow(stages.slice(3), 'd!', order)).toEqual(['d!']);
  expect(graphWindow(stages.slice(4), 'e!', order)).toEqual([]);
  const below = (at: string) => graphBelow(stages, at, order);
  expect([below('a!'), below('b!'), below('add')]).toEqual([[], ['a!'], ['a!', 'b!']]);
  expect(below('e!')).toEqual(['b!', 'c!', 'd!']);
});
