import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { composites, random, rulesFor, startEngine, type Network } from '#src';
import { finiteDifferences, relativeError } from '../../support/finiteDifference.ts';
import { plainForward } from '../../support/plainNet.ts';
import { plainComposites } from '../../support/plainComposites.ts';
import { growthOf, plainFold, plainWalk, startAtClass } from '../../support/plainNetRelevance.ts';
import { randomNet, randomPlain, randomWeights } from '../../support/plainNetRandom.ts';
import { readWalk, withTrace, withWeights } from '../../support/tracedWalk.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'wasm' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

/** The reference file's own bound for float32; it grows with what divisions by sums that cancel blew up, see growthOf. */
const TOLERANCE = 1e-4;
const SEEDS = Array.from({ length: 24 }, (_, i) => 200 + i);
const functions = ['relu', 'relu', 'leakyRelu', 'tanh', 'prelu', 'elu'];

const netOf = (seed: number) => randomNet(seed, { functions });

function numbers(net: Network, seed: number) {
  const source = random(seed, 'numbers');
  return { weights: randomWeights(net, source), x: randomPlain(source, [1, ...net.input]) };
}

/** The same composite with settings that are not the defaults, where it has some. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  epsilonPlus: { eps: 0.25 },
  epsilonGammaBox: { low: -3, high: 2.5, gamma: 0.5 },
  betaSmooth: { beta: 3 },
};

test('every composite has a table written from its source', () => {
  expect(Object.keys(plainComposites).sort()).toEqual(composites.ids().sort());
});

const cases = composites
  .ids()
  .flatMap((id) => [
    { id, options: {}, isFolded: true },
    ...(SETTINGS[id] ? [{ id, options: SETTINGS[id], isFolded: false }] : []),
  ]);

test.for(cases)(
  '$id $options gives every node of random nets what loops over every wire give it (folded: $isFolded)',
  async ({ id, options, isFolded }) => {
    let tame = 0;
    for (const seed of SEEDS) {
      const net = netOf(seed);
      const { weights, x } = numbers(net, seed);
      const composite = composites.get(id)(options);
      const walked = plainWalk(net, weights, x, {
        start: startAtClass(net, seed % 3, composite.start),
        ruleOf: plainComposites[id]!(net, options),
        isFolded,
      });
      const start = walked.relevance.get(net.output)!;
      const found = await withWeights(net, weights, (model) =>
        withTrace(model, x, { rules: rulesFor(net, composite), isFolded }, (trace) =>
          readWalk(trace, { start: new Map([[net.output, start]]), keepsBooks: true }),
        ),
      );
      const begun = start.data[seed % 3]!;
      const growth = growthOf(walked, begun);
      const about = JSON.stringify([seed, growth, net.specs]);
      if (growth < 10) tame += 1;
      expect(new Set(found.relevance.keys())).toEqual(new Set(walked.relevance.keys()));
      for (const [at, { data }] of walked.relevance) {
        expect(relativeError(found.relevance.get(at)!, data), `${at} of ${about}`).toBeLessThan(TOLERANCE * growth);
      }
      const scale = Math.abs(begun) * growth;
      expect(Math.abs(found.bias - walked.bias) / scale, about).toBeLessThan(TOLERANCE * growth);
      expect(Math.abs(found.stabilizer - walked.stabilizer) / scale, about).toBeLessThan(TOLERANCE * growth);
    }
    // The comparison must mean something for most nets.
    expect(tame).toBeGreaterThan(SEEDS.length / 2);
  },
);

test('the gradient composite gives the derivative of the logit, by finite differences', async () => {
  for (const seed of SEEDS.slice(0, 6)) {
    const net = netOf(seed);
    const { weights, x } = numbers(net, seed);
    const target = seed % 3;
    const start = startAtClass(net, target, 'one')(plainForward(net, weights, x));
    const { relevance } = await withWeights(net, weights, (model) =>
      withTrace(model, x, { rules: rulesFor(net, composites.get('gradientOnly')()) }, (trace) =>
        readWalk(trace, { start }),
      ),
    );
    const logit = () => plainForward(net, weights, x).get(net.output)!.data[target]!;
    const expected = finiteDifferences(x.data, logit, 1e-6);
    expect(relativeError(relevance.get('input')!, expected), JSON.stringify(net.specs)).toBeLessThan(TOLERANCE);
  }
});

test('the nets above hold what the reference file does not', () => {
  const nets = SEEDS.map(netOf);
  const nodes = nets.flatMap((net) => net.nodes);
  const count = (found: readonly unknown[]) => expect(found.length);
  const isLopsided = (padding: unknown) => Array.isArray(padding) && new Set(padding).size > 1;
  const differs = (pair: unknown) => Array.isArray(pair) && pair.some((n) => n !== 1);
  const of = (...kinds: readonly string[]) => nodes.filter(({ kind }) => kinds.includes(kind));

  count(nets.filter(({ input }) => input[0] !== input[1])).toBeGreaterThan(5);
  count(of('concat')).toBeGreaterThan(3);
  count(of('upsample')).toBeGreaterThan(1);
  count(of('add')).toBeGreaterThan(3);
  count(of('avgPool').filter(({ options }) => isLopsided(options.padding))).toBeGreaterThan(0);
  count(of('conv2d', 'depthwiseConv2d').filter(({ options }) => isLopsided(options.padding))).toBeGreaterThan(5);
  count(of('conv2d', 'depthwiseConv2d').filter(({ options }) => differs(options.dilation))).toBeGreaterThan(5);
  count(of('conv2d', 'depthwiseConv2d').filter(({ options }) => differs(options.stride))).toBeGreaterThan(3);
  count(nodes.filter(({ options }) => options.fn === 'leakyRelu')).toBeGreaterThan(3);
  count(nodes.filter(({ options }) => options.fn === 'andAIL')).toBeGreaterThan(1);

  const folded = nets.flatMap((net, i) => [...plainFold(net, numbers(net, SEEDS[i]!).weights).bypass]);
  count(folded).toBeGreaterThan(1);
  expect(of('batchNorm').length - folded.length).toBeGreaterThan(1);
});
