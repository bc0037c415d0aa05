import { InputError } from '../core/errors.ts';
import type { DatasetDefinition, GenerateOptions, GeneratorOptions, OptionRange, SampleCounts } from './dataset.ts';

/** Most samples in one split. */
const MAX_SAMPLES = 100_000;

/** The options with the defaults filled in; a name or value that the data set cannot use is refused. */
export function completeOptions<O extends GeneratorOptions>(
  { id, defaults, ranges }: DatasetDefinition<O>,
  { seed = 0, ...given }: GenerateOptions<O>,
): { seed: number; options: O & SampleCounts } {
  const bounds: Readonly<Record<string, OptionRange>> = {
    samples: [1, MAX_SAMPLES, 'whole'],
    testSamples: [1, MAX_SAMPLES, 'whole'],
    ...ranges,
  };
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, name)) {
      const known = ['seed', ...Object.keys(defaults)].join(', ');
      throw new InputError(`unknown option of data set "${id}": "${name}"; known: ${known}`);
    }
    if (value === undefined) continue;
    const range = bounds[name];
    if (typeof value !== typeof defaults[name] || (range && !isWithin(value, range))) {
      throw new InputError(
        `bad ${name} of data set "${id}": ${String(value)}; use ${range ? inWords(range) : 'true or false'}`,
      );
    }
  }
  const told = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { seed, options: { ...defaults, ...told } };
}

const isWithin = (value: unknown, [min, max, kind]: OptionRange): boolean =>
  typeof value === 'number' && value >= min && value <= max && (kind !== 'whole' || Number.isInteger(value));

const inWords = ([min, max, kind]: OptionRange): string =>
  `a ${kind === 'whole' ? 'whole ' : ''}number from ${min} to ${max}`;
