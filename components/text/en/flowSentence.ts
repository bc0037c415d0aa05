import type { FlowHistory } from '../../views/flowHistory.ts';
import { decimal } from '../number.ts';

/** Change over the last fifth of the history, as a share of all change, under which a curve counts as level. */
const LEVEL = 0.08;
/** Change under which a layer has not moved at all, as a share of its value. */
const STILL = 0.02;

/** Reads how much passes a layer over the steps measured so far, and names the layer where nothing passes. */
export function flowSentence({ steps, layers }: FlowHistory, stage: string): string {
  if (steps.length === 0 || layers.length === 0) return '';
  const latest = layers.map(({ stage: name, values }) => ({ name, value: values.at(-1) ?? NaN }));
  const broken = latest.find(({ value }) => Number.isNaN(value));
  if (broken) return `**${broken.name} is not a number**: the weights have diverged.`;

  const stop = latest.find(({ value }) => value <= 0);
  if (stop && latest.every(({ value }) => value <= 0))
    return `**Nothing passes ${stop.name}**: there and after, every unit answers the same to all samples.`;
  const end = stop ? `Flow stops at **${stop.name}**.` : 'No layer is stuck.';

  const row = layers.find((layer) => layer.stage === stage);
  if (!row) {
    const most = latest.reduce((a, b) => (b.value > a.value ? b : a));
    return `Most passes **${most.name}, ${decimal(most.value)}\u00a0nats** per unit; ${stage} is not measured. ${end}`;
  }
  const now = row.values.at(-1)!;
  if (stop?.name === stage) return `**Nothing passes ${stage}**: every unit answers the same to all samples.`;
  if (row.values.length === 1) return `**${stage} passes ${decimal(now)}\u00a0nats** per unit. ${end}`;
  return `${movement(stage, row.values)} ${end}`;
}

function movement(stage: string, values: readonly number[]): string {
  const known = values.filter(Number.isFinite);
  const first = known[0]!;
  const now = known.at(-1)!;
  const range = Math.max(...known) - Math.min(...known);
  if (range <= STILL * Math.max(...known)) return `**${stage} has stayed at ${decimal(now)}\u00a0nats** per unit.`;
  const path = `**${stage} went from ${decimal(first)} to ${decimal(now)}\u00a0nats**`;
  // Too few points say nothing about a tendency.
  if (known.length < 5) return `${path}.`;
  const recent = now - known[Math.floor(known.length * 0.8) - 1]!;
  if (Math.abs(recent) < LEVEL * range) return `${path} and is levelling off.`;
  return `${path} and is still ${recent > 0 ? 'rising' : 'falling'}.`;
}
