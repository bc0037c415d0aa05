import { expect, test } from 'vitest';
import { bypassesOf, isOnEveryPath, type Network } from '#src';
import { randomNet } from '../../support/plainNetRandom.ts';
import { messageOf } from '../message.ts';
import { branches, flat, line, nets, skip } from './nets.ts';

/** Every path from the input to the output, as lists of ids. */
function pathsOf(net: Network): string[][] {
  const to = (id: string): string[][] => {
    if (id === 'input') return [['input']];
    const { from } = net.nodes.find((node) => node.id === id)!;
    return from.flatMap((source) => to(source).map((path) => [...path, id]));
  };
  return to(net.output);
}

/** What goes past a node, read off all the paths. */
function read(net: Network, id: string) {
  const paths = pathsOf(net);
  const through = paths.filter((path) => path.includes(id));
  const before = new Set(through.flatMap((path) => path.slice(0, path.indexOf(id))));
  const after = new Set(through.flatMap((path) => path.slice(path.indexOf(id) + 1)));
  const wires = paths.flatMap((path) => path.slice(1).map((to, i) => ({ from: path[i]!, to })));
  const names = (list: readonly { from: string; to: string }[]) => [
    ...new Set(list.map(({ from, to }) => `${from} ${to}`)),
  ];
  return {
    nodes: net.nodes.map((node) => node.id).filter((other) => other !== id && !before.has(other) && !after.has(other)),
    skips: names(wires.filter(({ from, to }) => before.has(from) && after.has(to))).sort(),
    isOnEveryPath: through.length === paths.length,
  };
}

test('nodes beside a node and wires past it are those that the list of all paths shows', () => {
  let [beside, skips, every] = [0, 0, 0];
  const random = Array.from({ length: 40 }, (_, seed) => randomNet(seed, { blocks: 5 }));
  for (const net of [...Object.values(nets), ...random]) {
    for (const { id } of net.nodes) {
      const found = bypassesOf(net, id);
      const expected = read(net, id);
      const about = JSON.stringify([id, net.specs]);
      expect(found.nodes, about).toEqual(expected.nodes);
      expect(found.skips.map(({ from, to }) => `${from} ${to}`).sort(), about).toEqual(expected.skips);
      expect(isOnEveryPath(net, id), about).toBe(expected.isOnEveryPath);
      beside += Math.min(1, found.nodes.length);
      skips += Math.min(1, found.skips.length);
      every += expected.isOnEveryPath ? 1 : 0;
    }
  }
  expect(Math.min(beside, skips, every)).toBeGreaterThan(20);
});

test('the ways past a node by name', () => {
  expect(bypassesOf(skip, 'inner.relu')).toEqual({ nodes: [], skips: [{ from: 'stem.relu', to: 'sum' }] });
  expect(bypassesOf(branches, 'left')).toEqual({
    nodes: ['right', 'right.relu', 'far', 'far.relu'],
    skips: [{ from: 'stem.relu', to: 'both' }],
  });
  for (const { nodes } of [line, flat])
    expect(nodes.map(({ id }) => isOnEveryPath(nodes === line.nodes ? line : flat, id))).not.toContain(false);
  expect(messageOf(() => bypassesOf(flat, 'c'))).toBe('unknown node: "c"; nodes: a, a.relu, b, b.relu, logits');
  expect(messageOf(() => isOnEveryPath(flat, 'input'))).toBe(
    'unknown node: "input"; nodes: a, a.relu, b, b.relu, logits',
  );
});
