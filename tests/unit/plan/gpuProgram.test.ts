import { gpuProgram } from '#kernels';
import { expect, test } from 'vitest';
import { allKinds } from '../../support/allKinds.ts';
import { randomNet } from '../../support/plainNetRandom.ts';
import { plannedStep } from '../../support/plannedNet.ts';
import { plannedUnits } from '../../support/plannedUnits.ts';

const nets = [
  ...plannedUnits,
  { name: 'every kind', net: allKinds, batch: 5 },
  ...Array.from({ length: 20 }, (_, seed) => ({ name: `random ${seed}`, net: randomNet(seed), batch: 3 })),
];
/** Forward, backward and update; where threads may wait, large layers take one more on the way back. */
const dispatches: Readonly<Record<string, Record<'alone' | 'waiting', readonly number[]>>> = {
  'MLP-S': { alone: [4, 3, 2], waiting: [4, 3, 2] },
  'CNN-S': { alone: [6, 5, 2], waiting: [6, 8, 2] },
  'CNN-M': { alone: [48, 47, 2], waiting: [48, 61, 2] },
};

test.for(plannedUnits)('$name takes few dispatches', ({ name, net, batch }) => {
  const { plan } = plannedStep(net, { batch, optimizer: 'adam' });
  for (const [how, expected] of Object.entries(dispatches[name]!)) {
    const { parts } = gpuProgram(plan, { mayWait: how === 'waiting' });
    expect([parts.forward, parts.backward, parts.update].map((jobs) => jobs.length)).toEqual(expected);
  }
});

// What WebGPU refuses, told without a GPU.
test.for(nets)('every dispatch of $name may be bound', ({ net, batch }) => {
  for (const mayWait of [false, true]) {
    const { parts, floats } = gpuProgram(plannedStep(net, { batch, optimizer: 'adam' }).plan, { mayWait });
    for (const { bindings, workgroups } of Object.values(parts).flat()) {
      const sorted = bindings.toSorted((a, b) => a.at - b.at);
      const ends = sorted.map(({ at, size }) => at + size);
      expect(bindings.length).toBeLessThanOrEqual(8);
      expect(bindings.every(({ at }) => at % 64 === 0)).toBe(true);
      expect(sorted.every(({ at }, i) => i === 0 || at >= ends[i - 1]!)).toBe(true);
      expect(Math.max(...ends)).toBeLessThanOrEqual(floats);
      expect(Math.max(...workgroups)).toBeLessThanOrEqual(65535);
    }
  }
});
