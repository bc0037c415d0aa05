import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  activations,
  composites,
  datasets,
  initializers,
  InputError,
  inputOptimizations,
  instruments,
  layers,
  losses,
  metrics,
  optimizers,
  registry,
  schedules,
  type Registry,
} from '#src';
import { root } from '../../../scripts/root.js';
import { messageOf } from '../message.ts';

const rooms: readonly (readonly [folder: string, items: Registry<{ readonly id: string }>])[] = [
  ['activations', activations],
  ['initializers', initializers],
  ['layers', layers],
  ['training/losses', losses],
  ['training/optimizers', optimizers],
  ['training/schedules', schedules],
  ['instruments', instruments],
  ['relevance/composites', composites],
  ['datasets', datasets],
  ['metrics', metrics],
  ['inputOptimization', inputOptimizations],
];

test.for(rooms)('%s: every id is the name of an export and of its file', ([folder, items]) => {
  const lines = readFileSync(`${root}/src/${folder}/index.ts`, 'utf8').trim().split('\n');
  const named = lines.map((line) => /^export \{ (\w+) \} from '\.\/(\w+)\.ts';$/.exec(line));
  expect(named.map((match) => match?.[1])).toEqual(items.ids());
  expect(named.map((match) => match?.[2])).toEqual(items.ids());
});

test.for(rooms)('%s: every item has its texts', ([, items]) => {
  for (const item of items) {
    const { title, source = 'own', formula = 'x' } = item as unknown as Record<string, string>;
    for (const text of [title, source, formula]) expect(text, item.id).toMatch(/^\S(.*\S)?$/s);
  }
});

test('an unknown id is refused with the ids there are', () => {
  expect(messageOf(() => losses.get('hinge'))).toBe(
    'unknown loss: "hinge"; known: softmaxCrossEntropy, mse, binaryCrossEntropy',
  );
  expect(() => losses.get('hinge')).toThrow(InputError);
});

test.for(['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])(
  '%s is an unknown id, not a property',
  (id) => {
    for (const [, items] of rooms) {
      expect(items.has(id)).toBe(false);
      expect(messageOf(() => items.get(id))).toBe(`unknown ${items.noun}: "${id}"; known: ${items.ids().join(', ')}`);
    }
  },
);

test('a registry is extended by a copy, and a duplicate is refused', () => {
  const one = registry('thing', [{ id: 'a' }]);
  const two = one.with({ id: '__proto__' });
  expect(one.ids()).toEqual(['a']);
  expect(two.ids()).toEqual(['a', '__proto__']);
  expect(two.get('__proto__')).toEqual({ id: '__proto__' });
  expect(messageOf(() => two.with({ id: 'a' }))).toBe('duplicate thing: "a"; give one of the two another id');
});
