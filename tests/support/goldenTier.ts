import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEngine, type Tier } from '#src';
import {
  allowedToBeMissing,
  casesOf,
  checkGolden,
  goldenFiles,
  goldenFolder,
  goldenLine,
  readGolden,
} from './golden.ts';

/** Half a minute is usual; statistics that have to be drawn again take minutes on the slowest tier. */
const TIMEOUT_MS = 600_000;

/** One test per reference file, on one tier; another tier than the one asked for fails. */
export function testGoldenOn(tier: Tier): void {
  let tensorsBefore = 0;
  beforeAll(async () => {
    const engine = await startEngine({ tier });
    expect(engine).toMatchObject({ tier });
    expect(tf.getBackend()).toBe(tier);
    tensorsBefore = tf.memory().numTensors;
  });
  afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

  const folder = goldenFolder();
  test.for(goldenFiles(folder))(
    `on ${tier} every case of %s equals the reference`,
    { timeout: TIMEOUT_MS },
    async (name) => {
      const report = await checkGolden(casesOf(readGolden(folder, name), name), allowedToBeMissing());
      expect(tf.getBackend()).toBe(tier);
      console.log(goldenLine(name, report, tf.getBackend()));
      expect(report.failures).toEqual([]);
    },
  );
}
