import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { random, rules, rulesFor, startEngine, uniform, type Network, type Rule } from '#src';
import { plainForward, plainZeros } from '../../support/plainNet.ts';
import { largest, startAtClass, total } from '../../support/plainNetRelevance.ts';
import { randomNet, randomPlain, randomWeights } from '../../support/plainNetRandom.ts';
import { nameOf } from '../../support/relevanceNodes.ts';
import { readWalk, withTrace, withWeights } from '../../support/tracedWalk.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const TOLERANCE = 1e-4;
const SEEDS = Array.from({ length: 16 }, (_, i) => 300 + i);
const functions = ['relu', 'leakyRelu', 'tanh', 'elu'];

function numbers(net: Network, seed: number) {
  const source = random(seed, 'numbers');
  return { weights: randomWeights(net, source), x: randomPlain(source, [1, ...net.input]) };
}

/** One walk from the logit of class 1, with what came in at every step of it. */
async function walked(net: Network, seed: number, rule: Rule) {
  const { weights, x } = numbers(net, seed);
  const start = startAtClass(net, 1, 'logit')(plainForward(net, weights, x));
  const found = await withWeights(net, weights, (model) =>
    withTrace(model, x, { rules: rulesFor(net, uniform(rule)) }, (trace) =>
      readWalk(trace, { start, keepsBooks: true }),
    ),
  );
  const begun = total(start.get(net.output)!.data);
  // What float32 can lose: it rounds what was largest on the way.
  const size = Math.max(...[...found.relevance.values()].map((r) => largest(r) * Math.sqrt(r.length)));
  return { ...found, begun, reached: total(found.relevance.get('input')!), size };
}

const everyRule: readonly Rule[] = [
  rules.epsilon(),
  rules.zPlus(),
  rules.alphaBeta(),
  rules.gamma(),
  rules.wSquare(),
  rules.flat(),
  rules.zBox({ low: -3, high: 3 }),
  rules.epsilon({ eps: 0.25, zeroBias: true }),
  rules.zPlus({ eps: 0.25 }),
];

test.for(everyRule.map((rule) => [nameOf(rule), rule] as const))(
  'with %s everywhere, what starts is what reaches the pixels, what biases took, and what stabilisers kept',
  async ([, rule]) => {
    for (const seed of SEEDS) {
      const net = randomNet(seed, { functions });
      const { begun, reached, bias, stabilizer, size } = await walked(net, seed, rule);
      const about = JSON.stringify([seed, begun, reached, bias, stabilizer, net.specs]);
      const scale = Math.abs(begun) + Math.abs(reached) + Math.abs(bias) + Math.abs(stabilizer) + size;
      expect(Math.abs(begun - reached - bias - stabilizer) / scale, about).toBeLessThan(TOLERANCE);
    }
  },
);

const conserving: readonly Rule[] = [
  rules.epsilon({ eps: 1e-9, zeroBias: true }),
  rules.zPlus({ eps: 1e-9, zeroBias: true }),
  rules.alphaBeta({ eps: 1e-9, zeroBias: true }),
  rules.gamma({ eps: 1e-9, zeroBias: true }),
  rules.wSquare({ eps: 1e-9, zeroBias: true }),
  rules.flat({ eps: 1e-9 }),
  rules.zBox({ eps: 1e-9, low: -3, high: 3 }),
];

test.for(conserving.map((rule) => [nameOf(rule), rule] as const))(
  'with %s all relevance reaches the pixels, unless a unit had nothing to hand it to',
  async ([, rule]) => {
    let conserved = 0;
    for (const seed of SEEDS) {
      // Gates are off where one input is exactly 0: that is no business of these rules.
      const net = randomNet(seed, { functions, without: ['gate'] });
      const { begun, reached, bias, stabilizer, size } = await walked(net, seed, rule);
      expect(bias).toBe(0);
      // A unit without a single agreeing contribution divides nothing: its stabiliser keeps what came. In nets this small
      // that is common with z⁺ and αβ.
      if (Math.abs(stabilizer) > 1e-3 * Math.abs(begun)) continue;
      conserved += 1;
      expect(Math.abs(reached - begun) / (Math.abs(begun) + size), JSON.stringify([seed, net.specs])).toBeLessThan(
        2e-3,
      );
    }
    expect(conserved).toBeGreaterThan(['zPlus', 'alphaBeta'].includes(rule.id) ? 0 : SEEDS.length / 2);
  },
);

test('on an input of zeros ε leaves all relevance in the biases', async () => {
  const net = randomNet(301, { blocks: 1, without: ['maxPool', 'norm', 'activate'] });
  const silent = plainZeros([1, ...net.input]);
  const { weights } = numbers(net, 301);
  const start = startAtClass(net, 1, 'logit')(plainForward(net, weights, silent));
  const found = await withWeights(net, weights, (model) =>
    withTrace(model, silent, { rules: rulesFor(net, uniform(rules.epsilon())) }, (trace) =>
      readWalk(trace, { start, keepsBooks: true }),
    ),
  );
  const begun = total(start.get(net.output)!.data);
  expect(largest(found.relevance.get('input')!)).toBe(0);
  expect(Math.abs(found.bias - begun)).toBeLessThan(1e-4 * Math.abs(begun));
});
