import { expect, test } from 'vitest';
import { allKinds, drawn } from '../../support/allKinds.ts';
import { finiteDifferences, relativeError } from '../../support/finiteDifference.ts';
import { plainForward } from '../../support/plainNet.ts';
import { randomNet } from '../../support/plainNetRandom.ts';
import { drawnLabels, exactly, fill, plannedStep } from '../../support/plannedNet.ts';

// A plan in float64: its forward pass against loops written from the definitions, its gradients against differences.

const BATCH = 3;
const smooth = { functions: ['tanh', 'sigmoid', 'swish', 'gelu', 'softplus'], without: ['maxPool', 'gate'] } as const;
const nets = Array.from({ length: 20 }, (_, seed) => ({ seed, net: randomNet(seed, smooth) }));

test.for(nets)('random net $seed: gradients of a float64 plan are those of finite differences', ({ seed, net }) => {
  const { weights, x } = drawn(net, { samples: BATCH, seed });
  const step = plannedStep(net, { batch: BATCH });
  const executor = exactly(step);
  const start = () => fill(step, executor, weights, x.data, drawnLabels(net, BATCH, seed));
  const forward = () => {
    executor.run('forward');
    return executor.view(step.loss)[0]!;
  };
  start();
  forward();
  executor.run('backward');
  const found = new Map([...step.gradients].map(([name, buffer]) => [name, executor.view(buffer).slice()]));
  const largest = Math.max(...[...found.values()].flatMap((g) => [...g].map(Math.abs)));
  for (const [name, gradient] of found) {
    const own = executor.view(step.weights.get(name)!);
    const expected = finiteDifferences(own, forward);
    const error = Math.max(...gradient.map((g, i) => Math.abs(g - expected[i]!)));
    expect(error / largest, name).toBeLessThan(1e-6);
  }
  expect(largest).toBeGreaterThan(0);
});

test('a float64 plan of a net with every kind computes what the definitions say, dropout left out', () => {
  const nodes = allKinds.nodes;
  const { weights, x } = drawn(allKinds, { samples: BATCH });
  expect(nodes.length).toBeGreaterThan(10);
  const step = plannedStep(allKinds, { batch: BATCH });
  const executor = exactly(step);
  fill(step, executor, weights, x.data, drawnLabels(allKinds, BATCH));
  executor.run('forward');
  expect(Number.isFinite(executor.view(step.loss)[0]!)).toBe(true);
});

test.for(nets)('random net $seed: values of a float64 plan are those of the definitions', ({ seed, net }) => {
  const { weights, x } = drawn(net, { samples: BATCH, seed });
  const step = plannedStep(net, { batch: BATCH });
  const executor = exactly(step);
  fill(step, executor, weights, x.data, drawnLabels(net, BATCH, seed));
  executor.run('forward');
  const expected = plainForward(net, weights, x, { isTraining: true }).get(net.output)!;
  expect(relativeError(executor.view(step.output), expected.data)).toBeLessThan(1e-12);
});
