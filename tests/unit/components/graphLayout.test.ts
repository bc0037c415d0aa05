import { expect, test } from 'vitest';
import type { AttributionGraphData, ConceptPlace } from '#src';
import { layoutGraph, type GraphEdge } from '../../support/drawingParts.ts';
import { exampleGraph } from '../../support/exampleConcepts.ts';
import { noise } from '../../support/exampleRecords.ts';

const options = {
  left: 56,
  width: 372,
  height: 480,
  side: 62,
  top: 40,
  below: 22,
  most: 4,
  selected: { at: 'relu3', channel: 5 },
};
const draw = (data: AttributionGraphData, change: Partial<typeof options> = {}) =>
  layoutGraph(data, { ...options, ...change });
const label = ({ at, channel }: ConceptPlace) => `${at} ${channel}`;

/** A graph of concepts named by layer and number, from a list of ways. */
function graphOf(ways: readonly (readonly [from: string, to: string, relevance: number])[]): AttributionGraphData {
  const place = (name: string): ConceptPlace => ({ at: name.slice(0, 1), channel: Number(name.slice(1)) });
  const names = [...new Set(ways.flatMap(([from, to]) => [from, to]))];
  return {
    ...exampleGraph().data,
    start: place(names[0]!),
    nodes: names.map(place),
    levels: names.map(() => 0),
    edges: ways.map(([from, to, relevance]) => ({ from: place(from), to: place(to), relevance })),
  };
}

test('the class stands on top, every way leads down, and nothing leaves the drawing or overlaps', () => {
  const { nodes, edges } = draw(exampleGraph().data);
  expect(nodes[0]).toMatchObject({ level: 0, y: 20 });
  for (const { from, to } of edges) expect(to.y).toBeGreaterThan(from.y);
  for (const node of nodes) {
    expect(node.x).toBeGreaterThanOrEqual(56 + 31 - 0.5);
    expect(node.x).toBeLessThanOrEqual(372 - 31 + 0.5);
    expect(node.y + 31 + 22).toBeLessThanOrEqual(480 + 1e-9);
    for (const other of nodes) {
      if (other !== node && other.level === node.level) expect(Math.abs(other.x - node.x)).toBeGreaterThan(62);
    }
  }
});

test('a way is as wide as its relevance, without sign; thin ones are left out', () => {
  const { edges, leftOut } = draw(exampleGraph().data);
  const width = (name: string) =>
    edges.find(({ from, to }) => `${label(from.place)}>${label(to.place)}` === name)?.width;
  expect(width('dense 4>relu4 4')).toBeCloseTo(11, 6);
  expect(width('dense 4>relu4 1')).toBeCloseTo((11 * 3) / 17.1, 6);
  // 0.5 and 0.1 are less than a twentieth of 17.1, and their ends have stronger ways.
  expect(width('relu4 1>relu3 5')).toBe(undefined);
  expect(leftOut).toBe(2);
  const ends = new Set(edges.map(({ to }) => label(to.place)));
  expect(ends.size).toBe(11);
});

test('so many concepts per level are drawn, the strongest and the selected one', () => {
  const { nodes } = draw(exampleGraph().data, { most: 2 });
  const level = (n: number) => nodes.filter((node) => node.level === n).map(({ place }) => label(place));
  expect(level(1).sort()).toEqual(['relu4 12', 'relu4 4']);
  expect(level(2).sort()).toEqual(['relu3 1', 'relu3 5']);
  const other = draw(exampleGraph().data, { most: 2, selected: { at: 'relu3', channel: 10 } }).nodes;
  expect(other.some(({ place }) => label(place) === 'relu3 10')).toBe(true);
});

test('a concept hangs below all that leads to it, where ways of different length meet', () => {
  // a1 goes to c1 at once and by way of b1; c1 is found at the level of b1.
  const { nodes, edges } = draw(
    graphOf([
      ['a1', 'b1', 3],
      ['a1', 'c1', 2],
      ['b1', 'c1', 1],
    ]),
  );
  expect(nodes.map(({ place, level }) => [label(place), level])).toEqual([
    ['a 1', 0],
    ['b 1', 1],
    ['c 1', 2],
  ]);
  expect(edges).toHaveLength(3);
});

const crossings = (edges: readonly GraphEdge[]): number =>
  edges.reduce(
    (sum, a, i) =>
      sum +
      edges
        .slice(i + 1)
        .filter((b) => a.from.level === b.from.level && a.to.level === b.to.level)
        .filter((b) => (a.from.x - b.from.x) * (a.to.x - b.to.x) < 0).length,
    0,
  );

test('ways of a graph that can be drawn without crossings do not cross', () => {
  const { edges } = draw(
    graphOf([
      ['a0', 'b0', 3],
      ['a0', 'b1', 2],
      ['a0', 'b2', 1],
      ['b2', 'c0', 1],
      ['b1', 'c1', 1],
      ['b0', 'c2', 1],
    ]),
  );
  expect(crossings(edges)).toBe(0);
});

test('fewer ways cross than in the order in which the concepts were found', () => {
  const random = noise(8);
  const tally = { drawn: 0, found: 0 };
  for (let trial = 0; trial < 40; trial++) {
    const ways = [0, 1, 2, 3].map((c) => ['a0', `b${c}`, 4 - c] as const);
    const lower = [0, 1, 2, 3].flatMap((b) =>
      [0, 1].map(() => [`b${b}`, `c${Math.floor(4 * random())}`, 0.5 + random()] as const),
    );
    const { edges, nodes } = draw(graphOf([...ways, ...lower]), { selected: { at: 'x', channel: 0 } });
    const inOrder = new Map(nodes.map((node) => [node, node.index]));
    const straight = edges.map((edge) => ({
      ...edge,
      from: { ...edge.from, x: inOrder.get(edge.from)! },
      to: { ...edge.to, x: inOrder.get(edge.to)! },
    }));
    tally.drawn += crossings(edges);
    tally.found += crossings(straight);
  }
  expect(tally.drawn).toBeLessThan(tally.found);
});

test('a class alone, and relevance that is nowhere, draw no ways', () => {
  const alone = draw({ ...graphOf([['a0', 'b0', 0]]) });
  expect([alone.nodes.length, alone.edges.length]).toEqual([1, 0]);
});
