import type { ConceptsData } from '#src';
import { neuronsOf, strongestOf } from '../../views/neuronsOf.ts';
import { brief } from '../brief.ts';
import { count } from '../number.ts';

/** One unit of a channel, or the whole channel: what it carries of the relevance of its channel. */
export function neuronSentence(data: ConceptsData, channel: number, neuron: number | null): string {
  const units = neuronsOf(data, channel);
  const [, columns] = data.grid;
  const whole = units.reduce((a, b) => a + b, 0);
  if (neuron === null) {
    const best = strongestOf(units);
    const own = units[best] ?? 0;
    if (own === 0) return `No unit of channel\u00a0${channel} carries anything here.`;
    const others = `**${brief(whole)} over ${count(units.length)} units**`;
    return `Channel\u00a0${channel} carries ${others}; the one in ${placeOf(best, columns)} has most, ${brief(own)}.`;
  }
  const own = units[neuron] ?? 0;
  const who = `The unit in ${placeOf(neuron, columns)} of channel\u00a0${channel}`;
  if (own === 0) return `${who} carries **nothing** here, so its map is empty.`;
  return `${who} carries **${brief(own)}**; all of the channel carries ${brief(whole)}. The map shows what this unit alone brings.`;
}

const placeOf = (position: number, columns: number) =>
  `row\u00a0${Math.floor(position / columns)}, column\u00a0${position % columns}`;
