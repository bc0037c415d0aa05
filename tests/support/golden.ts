import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { activationsCases } from './goldenActivations.ts';
import type { GoldenCase } from './goldenCase.ts';
import { explainersCases } from './goldenExplainers.ts';
import { objectOf, type Json, type JsonObject } from './goldenJson.ts';
import { layersCases } from './goldenLayers.ts';
import { trainingCases } from './goldenTraining.ts';

export { checkGolden, goldenLine, type GoldenReport } from './goldenCheck.ts';

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
