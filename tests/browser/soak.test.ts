import { expect, test } from 'vitest';
import { barsData, barsRun, smallConv } from '../support/labData.ts';
import { openSession, setUp, settle, until } from '../support/labSession.ts';

const WARM_UP = 100;
const STEPS = 1000;
const SAMPLES = 4;
/**
 * The webgpu backend keeps freed buffers by size for reuse. Which of them are in use at once depends on how steps and
 * measurements interleave, so the pool may still grow by a buffer that warm-up did not happen to need.
 */
const POOL_SLACK = 1.05;

test.for(['wasm', 'webgpu'] as const)(
  'on %s 1,000 steps with all instruments leave tensors and bytes where they were after the warm-up',
  { timeout: 180_000 },
  async (tier) => {
    const session = await openSession(tier);
    const { connection } = session;
    await setUp(session, barsData(), barsRun(smallConv));
    await connection.send('select', { stage: 'conv1', channel: 1, position: null, sample: 0, class: 1 });

    const playTo = async (step: number) => {
      await connection.send('play', {});
      await until(`step ${step}`, () => session.last?.step >= step, 150_000);
      const reached = await settle(session);
      return { step: reached, ...(await connection.send('memory', {})) };
    };
    const first = await playTo(WARM_UP);
    const later = [];
    for (let k = 1; k <= SAMPLES; k++) later.push(await playTo(WARM_UP + (k * STEPS) / SAMPLES));

    expect(later.at(-1)!.step).toBeGreaterThanOrEqual(WARM_UP + STEPS);
    // The net's own six: three kernels and three biases.
    expect(first.tensors).toBeGreaterThanOrEqual(6);
    expect(later.map(({ tensors }) => tensors)).toEqual(later.map(() => first.tensors));
    expect(later.map(({ bytes }) => bytes)).toEqual(later.map(() => first.bytes));
    if (tier === 'webgpu') {
      expect(first.deviceBytes).toBeGreaterThan(0);
      for (const { deviceBytes } of later) expect(deviceBytes).toBeLessThanOrEqual(POOL_SLACK * first.deviceBytes!);
    }
    for (const id of ['erf', 'batchEntropy', 'strength', 'relevance']) {
      expect(session.stepsOf(id).size).toBeGreaterThan(SAMPLES);
    }
    expect(session.failures).toEqual([]);
  },
);
