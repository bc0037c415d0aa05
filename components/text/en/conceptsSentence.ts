import type { ConceptsRecord, RelevanceRecord } from '#src';
import { mainChannels } from '../../views/mainChannels.ts';
import { usualSigns } from '../../views/usualSigns.ts';
import { whereMostly, type Part } from '../../views/whereMostly.ts';
import { brief } from '../brief.ts';
import { inWords, percent } from '../number.ts';
import { brokenLogit } from './brokenLogit.ts';

/** What speaks against is called little below this share of what speaks for. */
const LITTLE = 0.05;
/** Channels named one by one; more are counted. */
const NAMED = 3;

const PLACES: Record<Part, string> = {
  upperLeft: 'at the upper left',
  upperRight: 'at the upper right',
  lowerLeft: 'at the lower left',
  lowerRight: 'at the lower right',
  middle: 'in the middle',
  upper: 'in the upper half',
  lower: 'in the lower half',
  left: 'in the left half',
  right: 'in the right half',
};

/** Who argues for a class: how many channels hold more than half of what speaks for it, and of what speaks against it. */
export function conceptsSentence(record: ConceptsRecord, stage: string, name: string, isAnswer: boolean): string {
  const data = usualSigns(record.data);
  const broken = brokenLogit(data.start, name);
  if (broken) return broken;
  const speaks = mainChannels(data.relevance, 1).length;
  const objects = mainChannels(data.relevance, -1).length;
  if (speaks === 0 && objects === 0) return `No channel of ${stage} says anything about ${name}.`;
  const ending = speaks === 1 ? 's' : '';
  const claim = isAnswer && isSign(name) ? `make${ending} this ${article(name)} ${name}` : `speak${ending} for ${name}`;
  const one = speaks === 0 ? `No channel speaks for ${name}.` : `${channelsInWords(speaks)} ${claim}.`;
  if (objects === 0) return `${one} None argues against it.`;
  const [plus, minus] = bothSums(data.relevance);
  if (speaks > 0 && minus < LITTLE * plus) return `${one} Little argues against it.`;
  const others =
    speaks === 0 ? channelsInWords(objects) : `${capital(inWords(objects))} other${objects === 1 ? '' : 's'}`;
  return `${one} ${others} argue${objects === 1 ? 's' : ''} against it.`;
}

/** While nothing is known yet. */
export function conceptsWaiting(stage: string): string {
  return `Asking the channels of ${stage}.`;
}

/** What the reference samples of a channel are, by channel; from the labels of its best ones. */
export type BestLabels = ReadonlyMap<number, readonly string[]>;

/** The names behind the sentence: the foremost channel, the selected one, and those that speak against. */
export function conceptsLead(record: ConceptsRecord, selected: number, best: BestLabels): string {
  const data = usualSigns(record.data);
  if (!Number.isFinite(data.start) || data.start === 0) return '';
  const { relevance } = data;
  const speak = mainChannels(relevance, 1);
  const object = mainChannels(relevance, -1);
  const lead: string[] = [];
  if (speak.length > 0) lead.push(`${whoBrings(speak)} more than half of what speaks for it.`);
  const own = relevance[selected];
  if (own !== undefined) lead.push(readsSelected(data, selected, own, best));
  const rest = object.filter((channel) => channel !== selected);
  if (rest.length > 0) {
    const labels = rest.slice(0, NAMED).map((channel) => single(best.get(channel)));
    const known = labels.every((label) => label !== null) && rest.length <= NAMED ? [...new Set(labels)] : [];
    const whose =
      known.length > 0
        ? `, whose best ${rest.length === 1 ? 'samples ' : ''}are ${many(known.filter((label) => label !== null))},`
        : '';
    lead.push(`${theChannels(rest)}${whose} speak${rest.length === 1 ? 's' : ''} against it.`);
  }
  return lead.join(' ');
}

function readsSelected(data: ConceptsRecord['data'], channel: number, own: number, best: BestLabels): string {
  const who = `Channel\u00a0${channel}, selected,`;
  if (own === 0) return `${who} says nothing here.`;
  const where = placeOf(data, channel, own > 0 ? 1 : -1);
  const tail = `${where ? `, most ${where}` : ''}${bestOf(channel, best)}.`;
  return own < 0
    ? `${who} speaks against it with ${brief(own)}${tail}`
    : `${who} adds ${amount(own, data.start)}${tail}`;
}

function placeOf({ shown, maps, height, width }: ConceptsRecord['data'], channel: number, sign: 1 | -1): string {
  const place = shown.indexOf(channel);
  if (place < 0 || height < 2 || width < 2) return '';
  const area = height * width;
  const part = whereMostly(maps.subarray(place * area, (place + 1) * area), height, width, sign);
  return part ? PLACES[part] : '';
}

/** With a negative logit a share has no meaning a reader would expect. */
function amount(value: number, start: number): string {
  return start > 0 ? percent(value / start) : brief(value);
}

function bestOf(channel: number, best: BestLabels): string {
  const labels = best.get(channel) ?? [];
  const names = [...new Set(labels)];
  if (names.length === 0) return '';
  if (names.length === 1) return `; its best samples are all ${many(names)}`;
  if (names.length === 2) return `; its best samples are ${many(names)}`;
  const most = names.find((name) => labels.filter((label) => label === name).length > labels.length / 2);
  return most === undefined ? '' : `; most of its best samples are ${many([most])}`;
}

/** What a map of another class would have been: where it speaks for that class, and where against. */
export function otherClassSentence({ data }: RelevanceRecord, name: string): string {
  const { map, height, width, start } = data;
  const broken = brokenLogit(start, name);
  if (broken) return broken;
  if (height < 2 || width < 2) return `its logit is ${brief(start)}, not enough to win.`;
  const [plus, minus] = [whereMostly(map, height, width, 1), whereMostly(map, height, width, -1)];
  if (plus === undefined && minus === undefined) return 'no pixel would speak for it or against it.';
  const speaks = plus === undefined ? 'no pixel would speak for it' : `what speaks for it lies ${inside(plus)}`;
  if (minus === undefined) return `${speaks}, and no pixel against it.`;
  return `${speaks}, what speaks against it ${inside(minus)}.`;
}

const inside = (part: Part | null) => (part === null ? 'all over' : `mostly ${PLACES[part]}`);

function bothSums(values: Float32Array): [plus: number, minus: number] {
  return values.reduce<[number, number]>(
    ([plus, minus], value) => [plus + Math.max(0, value), minus + Math.max(0, -value)],
    [0, 0],
  );
}

const single = (labels: readonly string[] | undefined) =>
  labels && labels.length > 0 && labels.every((label) => label === labels[0]) ? labels[0]! : null;
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
const channelsInWords = (n: number) => `${capital(inWords(n))} channel${n === 1 ? '' : 's'}`;
/** Names of one sign take a plural: "4s". Longer ones are names of classes. */
function many(names: readonly string[]): string {
  if (names.every(isSign)) return list(names.map((name) => `${name}s`));
  return `of ${names.length === 1 ? 'class' : 'classes'} ${list(names)}`;
}
const isSign = (name: string) => name.length <= 2;
/** Signs that are spoken with a vowel first: eight, eleven, A, F. */
const article = (sign: string) => (/^(8|11|18|[AEFHILMNORSX]$)/i.test(sign) ? 'an' : 'a');

function whoBrings(channels: readonly number[]): string {
  if (channels.length === 1) return `Channel\u00a0${channels[0]} alone brings`;
  return `${theChannels(channels)} together bring`;
}

function theChannels(channels: readonly number[]): string {
  if (channels.length === 1) return `Channel\u00a0${channels[0]}`;
  if (channels.length <= NAMED) return `Channels ${list(channels.map(String))}`;
  return `${capital(inWords(channels.length))} channels`;
}

function list(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
