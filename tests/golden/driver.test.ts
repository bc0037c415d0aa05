import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { activations, attributions, composites, initializers, instruments, layers, rules, startEngine } from '#src';
import {
  allowedToBeMissing,
  casesOf,
  checkGolden,
  goldenFiles,
  goldenFolder,
  goldenLine,
  ownFolder,
  readGolden,
} from '../support/golden.ts';
import { objectOf, type JsonObject } from '../support/goldenJson.ts';
import { at, changed, failuresOf, firstOf, netOf, type Path } from '../support/goldenPerturb.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'wasm' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));
afterEach(() => vi.unstubAllEnvs());

test('not-built.json lists exactly what the reference files ask for and nobody can check', () => {
  const cases = goldenFiles(ownFolder).flatMap((name) => casesOf(readGolden(ownFolder, name), name));
  const missing = new Set(cases.filter(({ check }) => !check).map(({ kind }) => kind));
  const checked = new Set(cases.filter(({ check }) => check).map(({ kind }) => kind));
  const listed = [...allowedToBeMissing()];
  expect(listed).toEqual([...missing].sort());
  expect(listed.filter((kind) => checked.has(kind))).toEqual([]);
});

test('nothing in not-built.json is an item that the library has', () => {
  const ids = [activations, attributions, composites, initializers, instruments, layers].flatMap((items) =>
    items.ids(),
  );
  const built = new Set([...ids, ...Object.keys(rules).map((id) => `rule:${id}`)].map((id) => id.toLowerCase()));
  const name = (kind: string) => kind.slice(kind.lastIndexOf('/') + 1);
  // A gate is listed under kary for the numbers of inputs it does not have.
  const listed = [...allowedToBeMissing()].filter((kind) => !kind.startsWith('activations/kary/'));
  expect(listed.filter((kind) => built.has(name(kind).toLowerCase()))).toEqual([]);
});

const NET = ['nets', 'mixed'];

test('a statistic that no run can reach fails', async () => {
  const file = firstOf('explainers.json', 'erfStatistics');
  const path = ['erfStatistics', 0, 'abs', 'sigma'];
  const { min, max } = objectOf(at(file, path), 'sigma');
  const shifted = changed(file, path, { min: Number(min) * 1.2, max: Number(max) * 1.2 });
  expect(await failuresOf(shifted, 'explainers.json')).toEqual([expect.stringContaining('abs sigma')]);
});

const UNKNOWN: readonly (readonly [kind: string, file: string, path: Path])[] = [
  ['explainers/telepathy', 'explainers.json', ['telepathy']],
  ['explainers/telepathy', 'explainers.json', [...NET, 'telepathy']],
  ['explainers/lrp/rule:telepathy', 'explainers.json', [...NET, 'lrp', 'rule:telepathy']],
  ['explainers/lrp/rule:flat(zeroBias)', 'explainers.json', [...NET, 'lrp', 'rule:flat(zeroBias)']],
  ['explainers/gradients/telepathy', 'explainers.json', [...NET, 'gradients', 'telepathy(3)']],
  ['activations/elementwise/telepathy', 'activations.json', ['elementwise', 'telepathy']],
  ['init-and-training/initialisers/telepathy', 'init-and-training.json', ['initialisers', 'telepathy']],
  ['layers/telepathy', 'layers.json', ['telepathy']],
];

test.for(UNKNOWN)('the unknown section %s fails by name (%s)', async ([kind, name, path]) => {
  const whole = name === 'explainers.json' ? netOf('mixed') : readGolden(ownFolder, name);
  const cases = casesOf(changed(whole, path, {}), name);
  // What is known has tests of its own.
  const { failures } = await checkGolden(
    cases.filter(({ check }) => !check),
    allowedToBeMissing(),
  );
  expect(failures).toEqual([expect.stringContaining(`unknown kind: "${kind}" at ${name}`)]);
});

test('a result nobody reads fails by name', async () => {
  const erf = changed(firstOf('explainers.json', 'erf'), ['erf', 0, 'signedMeasure', 'kurtosis'], 3);
  expect(await failuresOf(erf, 'explainers.json')).toEqual([expect.stringContaining('kurtosis')]);
  const entropy = changed(firstOf('init-and-training.json', 'batch_entropy'), ['batch_entropy', 0, 'skewness'], 3);
  expect(await failuresOf(entropy, 'init-and-training.json')).toEqual([expect.stringContaining('skewness')]);
});

test('a known section that is absent is no failure', async () => {
  const net = objectOf(objectOf(netOf('plain').nets, 'nets').plain, 'plain');
  const { nodes, weights, input, logits } = net;
  const file: JsonObject = { nets: { small: { nodes: nodes!, weights: weights!, input: input!, logits: logits! } } };
  const report = await checkGolden(casesOf(file, 'explainers.json'), new Set());
  expect(report).toMatchObject({ checked: 1, notBuilt: [], failures: [] });
  expect((await checkGolden(casesOf({}, 'layers.json'), new Set())).failures).toEqual([]);
});

test('nets, nodes and settings of other names are checked alike', async () => {
  const text = JSON.stringify(netOf('mixed')).replaceAll('"c2', '"stem.conv').replaceAll('"a2"', '"bend"');
  const file = JSON.parse(text.replace('"mixed"', '"quite another"')) as JsonObject;
  const net = ['nets', 'quite another'];
  const renamed = changed(file, [...net, 'lrp', 'rule:epsilon(0.5,zeroBias)'], {});
  const cases = casesOf(renamed, 'explainers.json');
  expect(cases.some(({ where, check }) => check && where.endsWith('rule:epsilon(0.5,zeroBias)'))).toBe(true);
  expect((await checkGolden(cases, allowedToBeMissing())).failures).toEqual([]);
  const wrong = changed(renamed, [...net, 'nodeChannelMeans', 'bend', 'data', 2], 5);
  expect(await failuresOf(wrong, 'explainers.json')).toEqual([expect.stringContaining('bend')]);
});

test('a node type that is not built fails by name', async () => {
  const file = changed(netOf('mixed'), [...NET, 'nodes', 8, 'type'], 'multiply');
  expect(await failuresOf(file, 'explainers.json')).toEqual([
    expect.stringContaining('unknown kind: "explainers/nodes/multiply"'),
  ]);
});

test('the files come from GOLDEN_DIR when it is set', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'golden-'));
  try {
    expect(goldenFolder()).toBe(process.env.GOLDEN_DIR || ownFolder);
    vi.stubEnv('GOLDEN_DIR', folder);
    expect(goldenFolder()).toBe(folder);
    expect(() => goldenFiles(folder)).toThrow(
      `no reference files in "${folder}"; set GOLDEN_DIR to a folder that has some`,
    );
    writeFileSync(join(folder, 'more-nets.json'), JSON.stringify(firstOf('explainers.json', 'erf')));
    writeFileSync(join(folder, 'not-built.json'), '[]');
    writeFileSync(join(folder, 'strange.json'), '{"about": 1}');
    expect(goldenFiles(folder)).toEqual(['more-nets.json', 'strange.json']);

    const report = await checkGolden(casesOf(readGolden(folder, 'more-nets.json'), 'more-nets.json'), new Set());
    expect(report).toMatchObject({ checked: 2, failures: [] });
    expect(await failuresOf(readGolden(folder, 'strange.json'), 'strange.json')).toEqual([
      expect.stringContaining('unknown kind: "unknown file/strange.json"'),
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a check that throws or leaves tensors behind fails, and the others still run', async () => {
  const left: tf.Tensor[] = [];
  const report = await checkGolden(
    [
      { kind: 'a', where: 'here', check: () => Promise.reject(new Error('no such weight')) },
      { kind: 'b', where: 'there', check: async () => (left.push(tf.scalar(1)), []) },
      { kind: 'c', where: 'everywhere', check: async () => ['1; the file has 2'] },
      { kind: 'd', where: 'nowhere' },
    ],
    new Set(['d']),
  );
  tf.dispose(left);
  expect(report).toEqual({
    checked: 3,
    notBuilt: ['d'],
    failures: ['here: no such weight', 'there: 1 tensors were left behind', 'everywhere: 1; the file has 2'],
  });
  expect(goldenLine('a.json', report, 'cpu')).toBe('golden: a.json, 3 cases checked, 1 kinds not built (tier cpu)');
});
