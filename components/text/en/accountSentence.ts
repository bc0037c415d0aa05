import type { RelevanceRecord } from '#src';
import { count, decimal, percent } from '../number.ts';
import { brokenLogit } from './brokenLogit.ts';

/** Shares under half a per cent are not named. */
const NAMED = 0.005;
/** A sum that hands on so many times more than arrives is warned about. */
const CANCELS = 1.5;

/** Whether the evidence adds up: what reaches the inputs, and where the rest stays. */
export function accountSentence({ data }: RelevanceRecord, name: string): string {
  const { start, reached, absorbedByBias, absorbedByStabilizer, lost, height, width } = data;
  const broken = brokenLogit(start, name);
  if (broken) return broken;
  const where = height > 1 && width > 1 ? 'pixels' : 'inputs';
  const parts = [
    part(absorbedByBias / start, 'stays in biases', 'comes from biases'),
    part(absorbedByStabilizer / start, 'stays in the stabiliser', 'comes from the stabiliser'),
    part(lost / start, 'is assigned to nothing', 'comes from nowhere'),
  ].filter((words) => words !== null);
  const rest = parts.length === 0 ? 'nothing stays on the way.' : `${parts.join(', ')}.`;
  return `**${percent(reached / start)} reaches the ${where}**${parts.length === 0 ? ': ' : '. '}${rest}`;
}

/** Layers named one by one; more are counted. */
const LISTED = 4;

function listed(names: readonly string[]): string {
  if (names.length > LISTED)
    return `${names.slice(0, LISTED - 1).join(', ')} and ${count(names.length - LISTED + 1)} more layers`;
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function part(share: number, stays: string, comes: string): string | null {
  if (Math.abs(share) < NAMED) return null;
  return `${percent(Math.abs(share))} ${share > 0 ? stays : comes}`;
}

/** Warnings about the map where they occur: ways past layers, sums whose ways cancel, and norms that were not folded in. */
export function hazardSentences({ data }: RelevanceRecord): string[] {
  const past = data.layers.filter(({ parallel: landings }) => landings.length > 0).map(({ stage }) => stage);
  const parallel =
    past.length === 0
      ? []
      : [`**Part of it goes past ${listed(past)}** on another way: maps of channels there do not show it.`];
  const cancelling = data.sums
    .filter(({ growth }) => growth >= CANCELS)
    .map(
      ({ at, growth }) =>
        `**At ${at} the ways cancel**: ${decimal(growth, 1)} times as much relevance leaves it as arrives, so a small change of the picture may change the map a lot.`,
    );
  const unfolded =
    data.notFolded.length === 0
      ? []
      : [
          `**${data.notFolded.join(', ')}** could not be folded into the layer before; the map treats it as a layer of its own.`,
        ];
  return [...parallel, ...cancelling, ...unfolded];
}
