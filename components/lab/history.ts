import type { Frame, PinnedConcept } from '#src';
import type { FlowHistory } from '../views/flowHistory.ts';
import type { TimePoint } from '../views/timeSeries.ts';

/** Measurements kept of each kind at most; then every second one is let go, again and again. */
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

/** Adds points to a history; a step that is read again, as at a pause, with all held-out samples, keeps the newer. */
export function appendPoints(history: readonly TimePoint[], points: readonly TimePoint[]): readonly TimePoint[] {
  const grown = [...history.filter(({ step }) => points.every((point) => point.step !== step)), ...points];
  return grown.length > MOST ? everySecond(grown) : grown;
}

/** Every second one, and the last. */
function everySecond<T>(values: readonly T[]): readonly T[] {
  return values.filter((_, i) => i % 2 === 0 || i === values.length - 1);
}

function thin({ steps, layers }: FlowHistory): FlowHistory {
  return {
    steps: everySecond(steps),
    layers: layers.map(({ stage, values }) => ({ stage, values: everySecond(values) })),
  };
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
  return grown.length > MOST_FOLLOWED ? everySecond(grown) : grown;
}
