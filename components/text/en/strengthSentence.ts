import type { StrengthRecord } from '#src';
import { count, ordinal, signed } from '../number.ts';

/** Share of the layer's largest sum under which a sum counts as near zero. */
const NEAR_ZERO = 0.1;

/** Reads where one channel stands among the incoming weights of its layer. */
export function strengthSentence({ data }: StrengthRecord, stage: string, channel: number): string {
  const layer = data.layers.find((candidate) => candidate.stage === stage);
  if (!layer) return `${stage} has no weights of its own.`;
  const sums = layer.incoming;
  const own = sums[channel];
  if (own === undefined) return `${stage} has ${count(sums.length)} channels; pick one of them.`;
  if (sums.some(Number.isNaN)) return `The weights of ${stage} are **not numbers**: training has diverged.`;
  const name = `Channel\u00a0${count(channel)}`;
  if (sums.length === 1) return `The one channel of ${stage} has incoming weights that sum to **${signed(own)}**.`;
  const largest = Math.max(...sums.map(Math.abs));
  if (largest === 0) return `All incoming weights of ${stage} sum to **0**.`;

  const rank = 1 + sums.filter((sum) => sum > own).length;
  const near = Math.abs(own) < NEAR_ZERO * largest ? ', near zero' : '';
  const range = `${stage} ranges from ${signed(Math.min(...sums))} to ${signed(Math.max(...sums))}.`;
  return `${name} is **${ordinal(rank)} of ${count(sums.length)}** at ${signed(own)}${near}. ${range}`;
}
