import type { Frame, PinnedConcept } from '#src';
import type { FlowHistory } from '../views/flowHistory.ts';

/** Losses of every step since the start, in a buffer that doubles as it fills. */
export class LossHistory {
  #values = new Float32Array(1024);
  #length = 0;

  /** The losses so far; a view, valid until the next `append`. */
  get values(): Float32Array {
    return this.#values.subarray(0, this.#length);
  }

  append(losses: Float32Array): void {
    if (this.#length + losses.length > this.#values.length) {
      const larger = new Float32Array(2 * (this.#length + losses.length));
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values.set(losses, this.#length);
    this.#length += losses.length;
  }

  clear(): void {
    this.#length = 0;
  }

  /** Forgets what came after a step: the run was put back to it. */
  cut(step: number): void {
    this.#length = Math.min(this.#length, step);
  }
}

/** Measurements kept per layer at most; older ones are thinned to every second, again and again. */
const MOST = 600;

/** Adds the values of one measurement, one per layer; another set of layers starts a new history. */
export function appendValues(history: FlowHistory, step: number, values: readonly LayerValue[]): FlowHistory {
  const isSameNet =
    history.layers.length === values.length && history.layers.every((row, i) => row.stage === values[i]!.stage);
  const before = isSameNet ? history : { steps: [], layers: values.map(({ stage }) => ({ stage, values: [] })) };
  if (before.steps.at(-1) === step) return before;
  const grown: FlowHistory = {
    steps: [...before.steps, step],
    layers: values.map(({ stage, value }, i) => ({ stage, values: [...before.layers[i]!.values, value] })),
  };
  return grown.steps.length > MOST ? thin(grown) : grown;
}

interface LayerValue {
  readonly stage: string;
  readonly value: number;
}

function thin({ steps, layers }: FlowHistory): FlowHistory {
  const keep = <T>(values: readonly T[]) => values.filter((_, i) => i % 2 === 0 || i === values.length - 1);
  return { steps: keep(steps), layers: layers.map(({ stage, values }) => ({ stage, values: keep(values) })) };
}

export const noFlow: FlowHistory = { steps: [], layers: [] };

/** The newest record of each instrument in a frame. */
export function newest(frame: Frame): Map<string, Frame['records'][number]> {
  return new Map(frame.records.map((record) => [record.instrument, record]));
}

/** Measurements of a followed channel kept at most; each holds a map. */
const MOST_FOLLOWED = 60;

/** A followed channel with one more measurement; another channel, sample or class starts a new history. */
export function followed(history: readonly PinnedConcept[], next: PinnedConcept): readonly PinnedConcept[] {
  const last = history.at(-1);
  const isSame =
    last?.at === next.at && last.channel === next.channel && last.sample === next.sample && last.class === next.class;
  const before = isSame ? history.filter(({ step }) => step < next.step) : [];
  const grown = [...before, next];
  return grown.length > MOST_FOLLOWED ? grown.filter((_, i) => i % 2 === 0 || i === grown.length - 1) : grown;
}
