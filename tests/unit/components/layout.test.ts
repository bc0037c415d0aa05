import { expect, test } from 'vitest';
import type { Stage } from '#src';
import { exampleEdges, exampleStages } from '../../support/exampleRecords.ts';
import {
  classColumn,
  layoutNetwork,
  nextUnit,
  placeHeaders,
  quietEdges,
  selectedEdges,
  thumbnailSide,
} from '../../support/drawingParts.ts';

const stage = (id: string, ...shape: number[]): Stage => ({
  id,
  output: id,
  from: [],
  kind: 'conv2d',
  shape,
  detail: '',
});
const place = (stages: readonly Stage[], { inputShape = [28, 28, 1], classes = 10, width = 764, height = 368 } = {}) =>
  layoutNetwork({ stages, inputShape, classes, classWidth: 124, width, height });

test('a small net at the width of the centre column has full slots and fills it', () => {
  const { stages, width, classes } = place(exampleStages);
  expect(stages.map(({ slot, columns }) => [slot, columns])).toEqual([
    [42, 1],
    [42, 2],
    [42, 2],
    [42, 2],
  ]);
  expect([width, classes.x, classes.stage?.id]).toEqual([764, 640, 'dense']);
});

test('every unit stands inside the drawing, and no two overlap', () => {
  const nets = [
    exampleStages,
    [stage('a', 32, 32, 64), stage('b', 16, 16, 128), stage('c', 8, 8, 256), stage('d', 512), stage('e', 10)],
    Array.from({ length: 30 }, (_, i) => stage(`dense${i}`, 10)),
  ];
  for (const net of nets)
    for (const { units, slot } of place(net).stages) {
      for (const { x, y } of units) {
        expect(Math.min(x - slot / 2, y - slot / 2)).toBeGreaterThanOrEqual(-1e-9);
        expect(y + slot / 2).toBeLessThanOrEqual(368 + 1e-9);
      }
      const cells = new Set(units.map(({ x, y }) => `${Math.round(x)} ${Math.round(y)}`));
      expect(cells.size).toBe(units.length);
    }
});

test('thumbnails go from 24 to 42 by the square root of the strength', () => {
  expect([0, 1, 4, -4].map((strength) => thumbnailSide(42, strength, 4))).toEqual([24, 33, 42, 42]);
  expect(thumbnailSide(42, NaN, 4)).toBe(33);
});

test('the last layer is a column of its own unless it answers for the classes', () => {
  const net = [stage('a', 28, 28, 4), stage('b', 10)];
  expect(place(net).stages.map((column) => column.stage.id)).toEqual(['a']);
  expect(place(net, { classes: 3 }).stages.map((column) => column.stage.id)).toEqual(['a', 'b']);
});

test('headers never touch, and the selected one is kept', () => {
  const layout = place(
    Array.from({ length: 30 }, (_, i) => stage(`dense${i}`, 10)),
    { inputShape: [2], classes: 2 },
  );
  const headers = placeHeaders(layout, 'dense17');
  expect(headers.find(({ isSelected }) => isSelected)?.name).toBe('dense17');
  headers
    .slice(1)
    .forEach((header, i) => expect(header.x).toBeGreaterThan(headers[i]!.x + 7 * headers[i]!.name.length));
});

test('selected edges join the unit with both neighbours; quiet ones leave that room free', () => {
  const layout = place(exampleStages);
  const { drawn, shown, of } = selectedEdges(layout, exampleEdges());
  expect([shown, of]).toEqual([drawn.length, 28]);
  expect(drawn.every(({ width, opacity }) => width >= 0.75 && width <= 3.75 && opacity >= 0.3 && opacity <= 0.9)).toBe(
    true,
  );
  expect(selectedEdges(layout, undefined)).toEqual({ drawn: [], shown: 0, of: 0 });
  expect(quietEdges(layout, exampleEdges()).length).toBeLessThan(quietEdges(layout, undefined).length);
});

test('of many weights the strongest are drawn, and broken ones are not', () => {
  const layout = place([stage('a', 14, 14, 64), stage('b', 14, 14, 16), stage('c', 10)]);
  const weights = Float32Array.from({ length: 64 }, (_, i) => (i === 3 ? NaN : i - 32));
  const { drawn, of } = selectedEdges(layout, {
    stage: 'b',
    channel: 0,
    incoming: [{ stage: 'a', weights }],
    outgoing: [],
  });
  expect([drawn.length, of]).toEqual([24, 62]);
});

test('arrow keys lead through the units of a layer and on to its neighbours', () => {
  const layout = place(exampleStages);
  const from = (stageId: string, channel: number, key: string) => {
    const next = nextUnit(layout, { stage: stageId, channel }, key);
    return next && `${next.stage} ${next.channel}`;
  };
  expect(from('conv3', 5, 'ArrowDown')).toBe('conv3 7');
  expect(from('conv3', 5, 'ArrowLeft')).toBe('conv3 4');
  expect(from('conv3', 4, 'ArrowLeft')).toBe('conv2 3');
  expect(from('conv3', 5, 'ArrowRight')).toBe('conv4 4');
  expect(from('conv3', 5, 'Home')).toBe('conv3 0');
  expect(from('conv1', 0, 'ArrowLeft')).toBe(null);
  expect(from('conv3', 5, 'x')).toBe(null);
});

test('the class column is as wide as its longest name needs', () => {
  expect(classColumn([...'0123456789']).width).toBeLessThan(classColumn(['aeroplane', 'car']).width);
});
