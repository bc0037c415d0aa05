import type { RelevanceRecord } from '#src';
import { percent, signed } from '../number.ts';
import { brokenLogit } from './brokenLogit.ts';

/** Shares under half a per cent are not named. */
const NAMED = 0.005;

/** What did not reach the pixels, as shares of the logit, largest first: where the sum of the evidence has its gaps. */
export function missingRelevance({ data }: RelevanceRecord): { readonly name: string; readonly share: number }[] {
  return [
    { name: 'bias', share: data.absorbedByBias / data.start },
    { name: 'stabiliser', share: data.absorbedByStabilizer / data.start },
    { name: 'unassigned', share: data.lost / data.start },
  ]
    .filter(({ share }) => Math.abs(share) >= NAMED)
    .sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
}

/** Reads what one channel brings to a class; `name` is the class's name. */
export function relevanceSentence(record: RelevanceRecord, stage: string, channel: number, name: string): string {
  const { data } = record;
  const broken = brokenLogit(data.start, name);
  if (broken) return broken;
  const unfolded = data.notFolded.length ? ` ${data.notFolded.join(', ')} could not be folded in.` : '';

  const layer = data.layers.find((candidate) => candidate.stage === stage);
  const own = layer?.channels[channel];
  if (!layer || own === undefined) {
    const reached = percent(data.reached / data.start);
    return `**${reached} of the evidence for ${name}** reaches the pixels.${unfolded}`;
  }
  return `${contribution(data.start, layer, channel, name)}${unfolded}`;
}

function contribution(
  start: number,
  layer: RelevanceRecord['data']['layers'][number],
  channel: number,
  name: string,
): string {
  const own = layer.channels[channel]!;
  const who = `Channel\u00a0${channel}`;
  if (layer.channels.length === 1)
    return `The one channel of ${layer.stage} carries **${signed(own)}** of the logit ${signed(start)} for ${name}.`;
  if (own === 0) return `${who} says **nothing about ${name}** in this sample.`;
  // With a negative logit a share has no meaning a reader would expect, so only the sums are given.
  if (start < 0)
    return `The logit of ${name} is ${signed(start)}; channel\u00a0${channel} brings **${signed(own)}** of it.`;
  const most = layer.order[0]!;
  if (own < 0) return `${who} speaks **against ${name}**: ${signed(own)} in a logit of ${signed(start)}.`;
  const rest =
    most === channel
      ? `the most of ${layer.channels.length} in ${layer.stage}`
      : `channel\u00a0${most} the most, ${percent(layer.channels[most]! / start)}`;
  return `${who} brings **${percent(own / start)} of the evidence for ${name}**, ${rest}.`;
}
