import type {
  CompletenessData,
  LargestData,
  MassAccuracyData,
  MaxSensitivityData,
  ParameterRandomizationData,
  PixelFlippingData,
  PointingGameData,
  Scored,
  Settings,
  Unscored,
} from '#src';
import { count, decimal, percent, signedQuantity } from '../number.ts';
import { blankInput } from './blankInput.ts';

/** Readers of the results of the measures that have one, by id. */
const readers: Readonly<Record<string, (result: Scored, settings: Settings) => string>> = {
  // Each measure's own result: the id fixes what the record holds.
  massAccuracy: (result) => massAccuracy(result as MassAccuracyData),
  rankAccuracy: (result) => largest(result as LargestData),
  topKIntersection: (result) => largest(result as LargestData),
  pointingGame: (result) => pointingGame(result as PointingGameData),
  pixelFlipping: (result, settings) => pixelFlipping(result as PixelFlippingData, blankInput(settings)),
  maxSensitivity: (result) => maxSensitivity(result as MaxSensitivityData),
  parameterRandomization: (result) => parameterRandomization(result as ParameterRandomizationData),
  completeness: (result, settings) => completeness(result as CompletenessData, blankInput(settings)),
  sparseness: ({ value }) => `**${decimal(value)}** between 0, all pixels alike, and 1, one pixel holds everything.`,
};

/**
 * Reads the score of a map, measured with settings that differ from the defaults; a measure that is not defined for it says
 * why, and never 0.
 */
export function scoreSentence(metric: string, result: Scored | Unscored, settings: Settings = {}): string {
  if (result.value === null) return `**Not defined here**: ${result.reason}.`;
  return readers[metric]?.(result, settings) ?? `**${decimal(result.value)}**.`;
}

function massAccuracy({ value, chance }: MassAccuracyData): string {
  return `**${percent(value)} of the positive relevance** lies on the marked pixels; an even map would have ${percent(chance)} there.`;
}

function largest({ value, pixels, chance }: LargestData): string {
  return `**${percent(value)}** of the ${count(pixels)} largest pixels are marked; by chance ${percent(chance)} would be.`;
}

function pointingGame({ value, tied, chance }: PointingGameData): string {
  const who = tied === 1 ? 'The largest pixel' : `One of ${count(tied)} equally large pixels`;
  const missed = tied === 1 ? 'The largest pixel' : `Each of ${count(tied)} equally large pixels`;
  const verdict = value === 1 ? `${who} **lies in the marked part**` : `${missed} **misses the marked part**`;
  return `${verdict}; a random pixel hits it ${percent(chance)} of the time.`;
}

function pixelFlipping({ map, gradient }: PixelFlippingData, blank: string): string {
  const gap = (value: number) => `${decimal(Math.abs(value), 1)} ${value >= 0 ? 'lower' : 'higher'}`;
  const own = `On the way to ${blank} the logit is **${gap(map.faithfulness)} on average** when the pixels the map calls most relevant go first than when the least relevant do.`;
  if (!gradient) return own;
  const { faithfulness } = gradient;
  return `${own} Ordered by the gradient it is ${gap(faithfulness)}.`;
}

function maxSensitivity({ value, average, changes }: MaxSensitivityData): string {
  return `In ${count(changes.length)} inputs a little beside this one the map changes by **up to ${percent(value)}** of its size, by ${percent(average)} on average.`;
}

function parameterRandomization({ value, steps }: ParameterRandomizationData): string {
  const end = `With fresh weights in every layer the rank correlation with the map as trained is **${decimal(value)}**`;
  const known = steps.map(({ at, correlation }, i) => ({
    at,
    drop: (i === 0 ? 1 : (steps[i - 1]!.correlation ?? 0)) - (correlation ?? 0),
  }));
  const most = known.reduce((a, b) => (b.drop > a.drop ? b : a), known[0]!);
  return steps.length > 1 && most.drop > 0 ? `${end}; most is lost at ${most.at}.` : `${end}.`;
}

function completeness({ value, sum, logit, baselineLogit }: CompletenessData, blank: string): string {
  const change = `The map adds up to ${signedQuantity(sum)}; from ${blank} to this one the logit changes by ${signedQuantity(logit - baselineLogit)}`;
  const size = percent(Math.abs(value));
  if (Math.abs(value) < 0.005) return `${change}: **it adds up**.`;
  return `${change}: **${size} too ${value > 0 ? 'much' : 'little'}**.`;
}
