import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { activationsCases } from './goldenActivations.ts';
import type { GoldenCase } from './goldenCase.ts';
import { explainersCases } from './goldenExplainers.ts';
import { objectOf, type Json, type JsonObject } from './goldenJson.ts';
import { layersCases } from './goldenLayers.ts';
import { trainingCases } from './goldenTraining.ts';

/** The files' own folder in this repository. */
export const ownFolder = fileURLToPath(new URL('../golden', import.meta.url));
/** Kinds that may be missing; always ours, also when the files come from elsewhere. */
const LIST = 'not-built.json';

interface Format {
  readonly name: string;
  /** Sections that tell this format from the others. */
  readonly sections: readonly string[];
  readonly cases: (file: JsonObject, where: string) => GoldenCase[];
}

const FORMATS: readonly Format[] = [
  { name: 'explainers', sections: ['nets', 'erf', 'erfStatistics'], cases: explainersCases },
  {
    name: 'activations',
    sections: ['elementwise', 'pairwise', 'kary', 'ensembles', 'units', 'xorSingleNeuron', 'gaussianMoments'],
    cases: activationsCases,
  },
  {
    name: 'init-and-training',
    sections: ['batch_entropy', 'neuron_strength', 'initialisers', 'lbe_loss', 'autoinit', 'rigl'],
    cases: trainingCases,
  },
  { name: 'layers', sections: ['cases', 'zoo'], cases: layersCases },
];

/** Where the reference files are: $GOLDEN_DIR, else our own folder. */
export function goldenFolder(): string {
  return process.env.GOLDEN_DIR || ownFolder;
}

/** Names of the reference files in a folder. A folder without any is an error: nothing would be checked. */
export function goldenFiles(folder: string): string[] {
  const found = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json') && name !== LIST) : [];
  if (found.length === 0)
    throw new Error(`no reference files in "${folder}"; set GOLDEN_DIR to a folder that has some`);
  return found.sort();
}

export function readGolden(folder: string, name: string): JsonObject {
  return objectOf(JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as Json, name);
}

/** Kinds that not-built.json lets be missing. */
export function allowedToBeMissing(): ReadonlySet<string> {
  return new Set(JSON.parse(readFileSync(`${ownFolder}/${LIST}`, 'utf8')) as string[]);
}

/** Everything a file asks for. A file named otherwise is known by its sections. */
export function casesOf(file: JsonObject, name: string): GoldenCase[] {
  const keys = Object.keys(file);
  const format =
    FORMATS.find((candidate) => `${candidate.name}.json` === name) ??
    FORMATS.find((candidate) => candidate.sections.some((section) => keys.includes(section)));
  if (!format) return [{ kind: `unknown file/${name}`, where: name }];
  return format.cases(file, name);
}

export interface GoldenReport {
  readonly checked: number;
  /** Kinds found and not built. */
  readonly notBuilt: readonly string[];
  /** Why the file fails: numbers that differ, and kinds that nobody allowed to be missing. */
  readonly failures: readonly string[];
}

/** Checks every case of a file on the current tier. */
export async function checkGolden(cases: readonly GoldenCase[], allowed: ReadonlySet<string>): Promise<GoldenReport> {
  const failures: string[] = [];
  const missing = new Map<string, string>();
  let checked = 0;
  for (const { kind, where, check } of cases) {
    if (!check) {
      if (!missing.has(kind)) missing.set(kind, where);
      continue;
    }
    checked += 1;
    const before = tf.memory().numTensors;
    const problems = await check().catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
    failures.push(...problems.map((problem) => `${where}: ${problem}`));
    const left = tf.memory().numTensors - before;
    if (left !== 0) failures.push(`${where}: ${left} tensors were left behind`);
  }
  for (const [kind, where] of missing) {
    if (!allowed.has(kind)) {
      failures.push(`unknown kind: "${kind}" at ${where}; it is neither built nor listed in ${LIST}`);
    }
  }
  return { checked, notBuilt: [...missing.keys()], failures };
}

/** The line that says what was done, and on which tier it really ran. */
export function goldenLine(name: string, { checked, notBuilt }: GoldenReport, tier: string): string {
  return `golden: ${name}, ${checked} cases checked, ${notBuilt.length} kinds not built (tier ${tier})`;
}
