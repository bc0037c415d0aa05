import type {
  BatchEntropyRecord,
  Frame,
  NetworkSnapshot,
  PinnedConcept,
  ReceptiveFieldRecord,
  RelevanceRecord,
  SelectedEdges,
  StrengthRecord,
} from '#src';
import { LossHistory } from '../views/lossHistory.ts';
import type { TimePoint } from '../views/timeSeries.ts';
import { appendPoints, appendValues, followed, newest, noFlow } from './history.ts';

/** What has arrived in frames: plain data, replaced as a whole. Nothing here talks back. */
export class Readings {
  step = $state(0);
  epoch = $state(0);
  isPlaying = $state(false);
  stepsPerSecond = $state(0);
  losses = $state.raw(new LossHistory().series);
  accuracy = $state.raw<readonly TimePoint[]>([]);
  /** Held-out samples read right at the last evaluation. */
  read = $state.raw<{ readonly correct: number; readonly samples: number } | null>(null);
  flow = $state.raw(noFlow);
  /** Variance of each layer's strengths over the steps. */
  spread = $state.raw(noFlow);
  entropy = $state.raw<BatchEntropyRecord | null>(null);
  field = $state.raw<ReceptiveFieldRecord | null>(null);
  before = $state.raw<ReceptiveFieldRecord | null>(null);
  strength = $state.raw<StrengthRecord | null>(null);
  relevance = $state.raw<RelevanceRecord | null>(null);
  snapshot = $state.raw<NetworkSnapshot | null>(null);
  edges = $state.raw<SelectedEdges | null>(null);
  divergence = $state.raw<Frame['divergence']>(null);
  /** Steps whose weights the engine keeps. */
  checkpoints = $state.raw<readonly number[]>([]);
  /** The followed channel over the steps, newest last. */
  pinHistory = $state.raw<readonly PinnedConcept[]>([]);
  /** Why an instrument cannot measure here, by its id. */
  refusals = $state.raw<ReadonlyMap<string, string>>(new Map());
  /** At how many steps each instrument was received, and the last of them; read by scripts that check the page. */
  readonly received = new Map<string, { readonly steps: number; readonly last: number }>();

  readonly #history = new LossHistory();
  #runNumber = 0;

  startOver(): void {
    this.#history.clear();
    this.losses = this.#history.series;
    this.accuracy = [];
    this.read = this.entropy = null;
    this.flow = this.spread = noFlow;
    this.field = this.before = this.strength = this.relevance = this.snapshot = this.edges = this.divergence = null;
    this.step = this.epoch = 0;
    this.checkpoints = this.pinHistory = [];
    this.refusals = new Map();
  }

  /** The run was put back to an earlier step: what came after it did not happen. */
  backTo(step: number): void {
    this.#history.cut(step);
    this.losses = this.#history.series;
    this.accuracy = this.accuracy.filter((point) => point.step <= step);
    this.pinHistory = this.pinHistory.filter((point) => point.step <= step);
    this.divergence = null;
  }

  take(frame: Frame): void {
    if (frame.run !== this.#runNumber) {
      this.#runNumber = frame.run;
      if (frame.step <= frame.losses.length) this.startOver();
    }
    this.step = frame.step;
    this.epoch = frame.epoch;
    this.isPlaying = frame.playing;
    this.stepsPerSecond = frame.stepsPerSecond;
    if (frame.losses.length > 0) {
      this.#history.append(frame.losses);
      this.losses = this.#history.series;
    }
    if (frame.evaluations.length > 0) {
      const points = frame.evaluations.map(({ step, result }) => ({ step, value: result.accuracy }));
      this.accuracy = appendPoints(this.accuracy, points);
      this.read = frame.evaluations.at(-1)!.result;
    }
    if (frame.snapshot) this.snapshot = frame.snapshot;
    if (frame.edges) this.edges = frame.edges;
    if (frame.before) this.before = frame.before;
    if (frame.divergence) this.divergence = frame.divergence;
    if (frame.checkpoints) this.checkpoints = frame.checkpoints;
    if (frame.pinned) this.pinHistory = followed(this.pinHistory, frame.pinned);
    this.#takeRecords(frame);
  }

  #takeRecords(frame: Frame): void {
    for (const record of frame.records) {
      const { steps, last } = this.received.get(record.instrument) ?? { steps: 0, last: -1 };
      this.received.set(record.instrument, { steps: record.step === last ? steps : steps + 1, last: record.step });
      // Casts: the instrument's id says which record it is.
      if (record.instrument === 'batchEntropy') this.#takeEntropy(record as BatchEntropyRecord);
      if (record.instrument === 'strength') this.#takeStrength(record as StrengthRecord);
    }
    const latest = newest(frame);
    this.field = (latest.get('erf') as ReceptiveFieldRecord | undefined) ?? this.field;
    this.relevance = (latest.get('relevance') as RelevanceRecord | undefined) ?? this.relevance;
    if (frame.refusals.length > 0 || frame.records.length > 0) {
      const refused = new Map([...this.refusals].filter(([id]) => !latest.has(id)));
      for (const { instrument, reason } of frame.refusals) refused.set(instrument, reason);
      this.refusals = refused;
    }
  }

  #takeEntropy(record: BatchEntropyRecord): void {
    this.entropy = record;
    const values = record.data.layers.map(({ stage, mean }) => ({ stage, value: mean }));
    this.flow = appendValues(this.flow, record.step, values);
  }

  #takeStrength(record: StrengthRecord): void {
    this.strength = record;
    const values = record.data.layers.map(({ stage, variance }) => ({ stage, value: variance }));
    this.spread = appendValues(this.spread, record.step, values);
  }
}
