import { expect, test } from 'vitest';
import { parallelTo, type Network } from '#src';
import { randomNet } from '../../support/plainNetRandom.ts';
import { branches, flat, line, nets, skip } from './nets.ts';

/** Every path from the input to the output, as lists of ids from the input up. */
function pathsOf(net: Network): string[][] {
  const to = (id: string): string[][] => {
    if (id === 'input') return [['input']];
    const { from } = net.nodes.find((node) => node.id === id)!;
    return from.flatMap((source) => to(source).map((path) => [...path, id]));
  };
  return to(net.output);
}

/** The first node below this one that relevance meets on a path that goes past it, read off all the paths. */
function landings(net: Network, id: string): string[] {
  const paths = pathsOf(net);
  const through = paths.filter((path) => path.includes(id));
  const below = new Set(through.flatMap((path) => path.slice(0, path.indexOf(id))));
  const past = paths.filter((path) => !path.includes(id));
  return [...new Set(past.map((path) => path.findLast((other) => below.has(other))!))].sort();
}

test('relevance that goes past a node lands where the list of all paths says', () => {
  let [some, none] = [0, 0];
  const random = Array.from({ length: 40 }, (_, seed) => randomNet(seed, { blocks: 5 }));
  for (const net of [...Object.values(nets), ...random]) {
    for (const { id } of net.nodes) {
      const found = parallelTo(net, id);
      expect([...found].sort(), JSON.stringify([id, net.specs])).toEqual(landings(net, id));
      if (found.length > 0) some += 1;
      else none += 1;
    }
  }
  expect(Math.min(some, none)).toBeGreaterThan(20);
});

test('the landings by name', () => {
  expect(parallelTo(skip, 'inner.relu')).toEqual(['stem.relu']);
  expect(parallelTo(branches, 'left')).toEqual(['stem.relu']);
  for (const net of [line, flat]) expect(net.nodes.flatMap(({ id }) => parallelTo(net, id))).toEqual([]);
});
