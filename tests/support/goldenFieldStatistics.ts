import * as tf from '@tensorflow/tfjs-core';
import { build, centreValue, erf, largest, luoCount, moments, random, theoreticalFields } from '#src';
import { unreadFields, type GoldenCase } from './goldenCase.ts';
import { exactly } from './goldenCompare.ts';
import { stackOf } from './goldenFields.ts';
import { numberOf, objectOf, pairOf, type JsonObject } from './goldenJson.ts';

/** A fresh run falls inside [min − 5 %, max + 5 %] of the repeats (explainers, 11). */
const MARGIN = 0.05;
/**
 * One run is a small sample: of one-channel stacks of twenty layers, whose gradients differ by orders of magnitude, the
 * sizes of right runs scatter by 8 %, and four of ten leave the range of the six repeats (see SOURCE.md). A run outside
 * is therefore drawn again, to this many, and their mean has to lie inside.
 */
const RUNS = 16;

const FIELDS = ['case', 'statistical', 'drawsPerRepeat', 'repeats', 'theoreticalRF', 'abs', 'rms'];
const MODES = ['abs', 'rms'] as const;

interface FieldNumbers {
  readonly luoSize: number;
  readonly ratio: number;
  readonly sigma: number;
}

type FreshRun = Readonly<Record<(typeof MODES)[number], FieldNumbers>>;

/** One case: a fresh run of as many random nets as the file's repeats had. */
export function statisticsCases(entry: JsonObject, where: string): GoldenCase[] {
  const described = objectOf(entry.case, 'case');
  return [
    {
      kind: 'explainers/erfStatistics',
      where: `${where} (${String(described.name)})`,
      check: async () => [...unreadFields(entry, FIELDS), ...(await statisticsProblems(entry, described))],
    },
  ];
}

async function statisticsProblems(entry: JsonObject, described: JsonObject): Promise<string[]> {
  const net = stackOf(described);
  const field = theoreticalFields(net).get(net.output)!;
  if (field === 'global') throw new Error('a stack of convolutions is never global');
  const side = field.rows.last - field.rows.first + 1;
  const problems: string[] = [];
  if (entry.theoreticalRF !== undefined) {
    const columns = field.columns.last - field.columns.first + 1;
    problems.push(...exactly('theoreticalRF', [side, columns], entry.theoreticalRF));
  }
  const draws = numberOf(entry.drawsPerRepeat, 'drawsPerRepeat');
  const runs = [await freshRun(described, draws, 0)];
  const outside = outsideProblems(entry, runs);
  if (outside.length === 0) return problems;
  while (runs.length < RUNS) runs.push(await freshRun(described, draws, runs.length));
  return [...problems, ...outsideProblems(entry, runs)];
}

/** Means over the runs that lie outside the file's ranges. */
function outsideProblems(entry: JsonObject, runs: readonly FreshRun[]): string[] {
  const problems: string[] = [];
  for (const mode of MODES) {
    if (entry[mode] === undefined) continue;
    for (const [key, range] of Object.entries(objectOf(entry[mode], mode))) {
      const { min, max } = objectOf(range, key);
      const [low, high] = [numberOf(min, 'min') * (1 - MARGIN), numberOf(max, 'max') * (1 + MARGIN)];
      const values = runs.map((run) => (Object.hasOwn(run[mode], key) ? run[mode][key as keyof FieldNumbers] : NaN));
      const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
      if (!(mean >= low && mean <= high)) {
        problems.push(`${mode} ${key}: ${mean} over ${runs.length} runs; the file's repeats allow ${low} to ${high}`);
      }
    }
  }
  return problems;
}

/**
 * Mean map over fresh nets, each on one normal input of its own. The file does not list the weights of these nets; the
 * random nets it does list have variance 2 / fan-in before ReLU and 1 / fan-in else, zero biases: He and LeCun.
 */
async function freshRun(described: JsonObject, draws: number, run: number): Promise<FreshRun> {
  const net = stackOf(described);
  const [height, width] = pairOf(described.canvas, 'canvas');
  const inputs = numberOf(described.inputs ?? 1, 'inputs');
  const initializer = described.act === 'relu' ? 'heNormal' : 'lecunNormal';
  const sums = { abs: new Float64Array(height * width), rms: new Float64Array(height * width) };
  let centre: readonly [number, number] = [0, 0];
  for (let draw = 0; draw < draws; draw++) {
    const source = random(run, `net ${draw}`);
    const x = tf.tensor(
      Float32Array.from({ length: inputs * height * width }, () => source.normal()),
      [inputs, height, width, 1],
    );
    const model = build(net, { seed: source.integer(2 ** 31), initializer });
    try {
      const { data } = await erf.measure(model, x, { at: net.output });
      centre = data.centre;
      data.values.forEach((v, i) => {
        // One input channel and one input: |g| of this net is its abs map, so its square is what rms averages.
        sums.abs[i]! += v / draws;
        sums.rms[i]! += v ** 2 / draws;
      });
    } finally {
      model.dispose();
      x.dispose();
    }
  }
  const field = theoreticalFields(net).get(net.output)!;
  if (field === 'global') throw new Error('a stack of convolutions is never global');
  const measured = (values: Float64Array): FieldNumbers => {
    const map = { values, height, width };
    const luoSize = Math.sqrt(luoCount(map, centreValue(map, centre) ?? largest(map)));
    const sigma = moments(map).sigma!;
    return { luoSize, ratio: luoSize / (field.rows.last - field.rows.first + 1), sigma: (sigma[0] + sigma[1]) / 2 };
  };
  return { abs: measured(sums.abs), rms: measured(sums.rms.map(Math.sqrt)) };
}
