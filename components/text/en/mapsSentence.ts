import type { AttributionData, RelevanceRecord } from '#src';
import { count, decimal, percent, quantity, signedQuantity } from '../number.ts';
import { blankInput } from './blankInput.ts';

/** How much another map agrees with the enlarged one. */
export interface Agreement {
  readonly title: string;
  /** Rank correlation of the sizes; null where one of the maps is the same everywhere. */
  readonly value: number | null;
}

/** Reads the gallery: which of the other methods agrees most and least with the enlarged one. */
export function mapsSentence(title: string, className: string, others: readonly Agreement[]): string {
  const known = others.filter((one): one is Agreement & { value: number } => one.value !== null);
  const ways = others.length + 1;
  const opening = `${count(ways)} ${ways === 1 ? 'way' : 'ways'} to ask what speaks for ${className} here.`;
  if (known.length === 0) return opening;
  const [first] = known;
  const most = known.reduce((a, b) => (b.value > a.value ? b : a), first!);
  const least = known.reduce((a, b) => (b.value < a.value ? b : a), first!);
  const closest = `**${title}** agrees most with ${most.title} (${decimal(most.value)})`;
  if (most === least) return `${opening} ${closest}.`;
  return `${opening} ${closest} and least with **${least.title}** (${decimal(least.value)}).`;
}

/** Reads one map: what its numbers add up to, beside the score, and what the method noted on the way. */
export function sumSentence({ sum, score, signed: hasSign, details, options }: AttributionData, name: string): string {
  const logit = `the logit of ${name} is ${signedQuantity(score)}`;
  const number = (key: string) => (typeof details[key] === 'number' ? details[key] : null);
  const [difference, gap] = [number('difference'), number('completenessGap')];
  if (difference !== null && gap !== null) {
    const missed = `${quantity(Math.abs(gap), 2)} too ${gap > 0 ? 'much' : 'little'}`;
    const change = `from ${blankInput(options)} to this one the logit changes by ${signedQuantity(difference)}`;
    return `It adds up to **${signedQuantity(sum)}**; ${change}. The gap, **${missed}**, is what its steps missed on the way.`;
  }
  const node = typeof details['node'] === 'string' ? details['node'] : null;
  const [rows, columns] = [number('height') ?? number('rows'), number('width') ?? number('columns')];
  const taken =
    node !== null && rows !== null && columns !== null
      ? ` It is taken at ${node}, on ${count(rows)}\u00a0×\u00a0${count(columns)} positions.`
      : node === null && rows !== null && columns !== null
        ? ` It tried ${count(rows * columns)} windows.`
        : '';
  const sigma = number('sigma');
  const noise = sigma === null ? '' : ` The noise has a standard deviation of ${decimal(sigma)}.`;
  if (!hasSign) return `It shows sizes without signs; ${logit}.${taken}${noise}`;
  return `It adds up to **${signedQuantity(sum)}**; ${logit}.${taken}${noise}`;
}

/** Reads what rules of single nodes change: the map's agreement with the composite's own, and what reaches the pixels. */
export function rulesSentence(
  before: RelevanceRecord,
  after: RelevanceRecord | null,
  changed: readonly string[],
  agreement: number | null,
): string {
  const share = ({ data }: RelevanceRecord) =>
    data.start > 0 ? percent(data.reached / data.start) : signedQuantity(data.reached);
  const of = before.data.start > 0 ? 'of the evidence' : `of the logit ${signedQuantity(before.data.start)}`;
  const where = before.data.height > 1 ? 'pixels' : 'inputs';
  if (!after || changed.length === 0) return `**${share(before)}** ${of} reaches the ${where} by these rules.`;
  const names = changed.length > 3 ? `${count(changed.length)} nodes` : list(changed);
  const reached = `**${share(after)}** ${of} reaches the ${where} instead of ${share(before)}`;
  if (agreement === null) return `With your rules at ${names}, ${reached}.`;
  return `With your rules at ${names}, ${reached}; the two maps agree to **${decimal(agreement)}**.`;
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;
}
