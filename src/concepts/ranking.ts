/** A sample that moves a channel. */
export interface Reference {
  readonly sample: number;
  readonly label: number;
  /** The channel's value on it. */
  readonly value: number;
  /** Flat position of the channel's largest value: row·width + column. */
  readonly neuron: number;
}

/** The best samples of every channel of one node, found so far. */
export interface ReferenceRanking {
  readonly channels: number;
  /** Largest value first. */
  top(channel: number): readonly Reference[];
  /** The same among the samples of one class. */
  topOf(channel: number, label: number): readonly Reference[];
  /** Classes by the mean of their ten best values on this channel, largest first. */
  classes(channel: number): readonly { readonly label: number; readonly score: number }[];
  add(sample: number, label: number, values: ArrayLike<number>, neurons: ArrayLike<number>): void;
}

/** Values that make up the score of a class. */
const BEST = 10;

/** A ranking that keeps so many samples per channel, and as many per channel and class. */
export function emptyRanking(channels: number, keep: number): ReferenceRanking {
  const overall = Array.from({ length: channels }, () => [] as Reference[]);
  const perClass = new Map<number, Reference[][]>();
  return {
    channels,
    top: (channel) => overall[channel]!,
    topOf: (channel, label) => perClass.get(label)?.[channel] ?? [],
    classes: (channel) =>
      [...perClass]
        .map(([label, lists]) => ({ label, score: mean(lists[channel]!.slice(0, BEST)) }))
        .sort((a, b) => b.score - a.score || a.label - b.label),
    add(sample, label, values, neurons) {
      let own = perClass.get(label);
      if (!own) perClass.set(label, (own = Array.from({ length: channels }, () => [])));
      for (let c = 0; c < channels; c++) {
        const reference = { sample, label, value: values[c]!, neuron: neurons[c]! };
        insert(overall[c]!, reference, keep);
        insert(own[c]!, reference, keep);
      }
    },
  };
}

/** Into a list in descending order; the earlier of equals stays in front. */
function insert(list: Reference[], reference: Reference, keep: number): void {
  if (list.length === keep && list[keep - 1]!.value >= reference.value) return;
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.value >= reference.value) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, reference);
  if (list.length > keep) list.pop();
}

function mean(list: readonly Reference[]): number {
  return list.reduce((sum, { value }) => sum + value, 0) / Math.max(1, list.length);
}
