import {
  connect,
  datasets,
  presets,
  type BatchEntropyRecord,
  type Connection,
  type DataSummary,
  type Engine,
  type Frame,
  type NetworkJSON,
  type NetworkSnapshot,
  type ReceptiveFieldRecord,
  type RelevanceRecord,
  type RunDescription,
  type RunSummary,
  type SelectedEdges,
  type Selection,
  type StrengthRecord,
  type Tier,
} from '#src';
import type { TimePoint } from '../views/timeSeries.ts';
import type { Address } from './address.ts';
import { appendFlow, LossHistory, newest, noFlow } from './history.ts';

/** A message that stays until it is dismissed. */
export interface Notice {
  readonly message: string;
  readonly where?: string;
}

/** What the page waits for, with the share done when it is known. */
export interface Busy {
  readonly what: string;
  readonly share: number | null;
  readonly cancel: (() => void) | null;
}

const CHOSEN_AT_START: Selection = { stage: '', channel: 0, position: null, sample: 0, class: null };

/**
 * The lab's state and its commands. The engine lives behind a connection and knows no runes; everything here is plain
 * data that arrived in frames, replaced as a whole.
 */
export class LabSession {
  engine = $state.raw<Engine | null>(null);
  isWorker = $state(true);
  workerReason = $state('');
  data = $state.raw<DataSummary | null>(null);
  run = $state.raw<RunSummary | null>(null);
  description = $state.raw<RunDescription | null>(null);
  /** Id of the preset in use; null: a net of the reader's own. */
  preset = $state<string | null>(null);
  selection = $state.raw<Selection>(CHOSEN_AT_START);
  busy = $state.raw<Busy | null>(null);
  notice = $state.raw<Notice | null>(null);

  step = $state(0);
  epoch = $state(0);
  isPlaying = $state(false);
  stepsPerSecond = $state(0);
  losses = $state.raw<Float32Array>(new Float32Array());
  accuracy = $state.raw<readonly TimePoint[]>([]);
  /** Held-out samples read right at the last evaluation. */
  read = $state.raw<{ readonly correct: number; readonly samples: number } | null>(null);
  flow = $state.raw(noFlow);
  field = $state.raw<ReceptiveFieldRecord | null>(null);
  before = $state.raw<ReceptiveFieldRecord | null>(null);
  strength = $state.raw<StrengthRecord | null>(null);
  relevance = $state.raw<RelevanceRecord | null>(null);
  snapshot = $state.raw<NetworkSnapshot | null>(null);
  edges = $state.raw<SelectedEdges | null>(null);
  divergence = $state.raw<Frame['divergence']>(null);
  /** Why an instrument cannot measure here, by its id. */
  refusals = $state.raw<ReadonlyMap<string, string>>(new Map());
  /** Records received since the page opened, by instrument, with the number of distinct steps: shown by check scripts. */
  readonly received = new Map<string, Set<number>>();

  #connection: Connection | null = null;
  #history = new LossHistory();
  #runNumber = 0;
  /** False until somebody points at a unit; then the liveliest one is shown. */
  #isChosen = false;

  /** Starts the engine, makes the data the address asks for, and begins to train. */
  async open(
    address: Address,
    options: { tier?: Tier; where?: 'worker' | 'page'; files?: () => Promise<File[]> },
  ): Promise<void> {
    this.busy = { what: 'engine', share: null, cancel: null };
    await this.#attempt(async () => {
      this.#connection = await connect({
        onFrame: (frame) => this.#take(frame),
        onFailure: (error) => this.#fail(error),
        ...(options.where ? { where: options.where } : {}),
      });
      this.isWorker = this.#connection.isWorker;
      this.workerReason = this.#connection.reason;
      this.engine = await this.#connection.send('start', options.tier ? { tier: options.tier } : {});
      const seed = address.seed ?? 7;
      const files = await options.files?.();
      if (files && files.length > 0) await this.#read(files);
      const wanted = address.data && datasets.has(address.data) ? address.data : 'glyphs';
      if (!this.data) await this.#generate(wanted, seed);
      await this.#setUpPreset(address.net, seed);
      const { stage, channel = 0, sample = 0, class: target } = address;
      const part = this.run?.stages.find(({ id }) => id === stage) ?? this.#firstStage();
      this.select({ stage: part.id, channel, sample, class: target ?? null });
      this.#isChosen = address.channel !== undefined;
      await this.play();
    });
    this.busy = null;
  }

  close(): void {
    this.#connection?.close();
    this.#connection = null;
  }

  async play(): Promise<void> {
    this.isPlaying = true;
    await this.#attempt(() => this.#link.send('play', {}));
  }

  /** Stops, and then reads all held-out samples instead of the few that are read while training. */
  async pause(): Promise<void> {
    this.isPlaying = false;
    await this.#attempt(async () => {
      await this.#link.send('pause', {});
      const all = await this.#link.send('evaluate', {});
      if (!this.isPlaying) this.read = { correct: all.correct, samples: all.samples };
    });
  }

  async stepOnce(): Promise<void> {
    this.isPlaying = false;
    await this.#attempt(() => this.#link.send('step', {}));
  }

  /** The same net from its first step. */
  async reset(): Promise<void> {
    const { description } = this;
    if (description) await this.apply({});
  }

  /** Changes the description and starts again from the seed; a description that does not fit changes nothing. */
  async apply(change: Partial<RunDescription>, preset: string | null = this.preset): Promise<boolean> {
    const wanted = { ...this.description!, ...change };
    const wasPlaying = this.isPlaying;
    return this.#attempt(async () => {
      await this.#setUp(wanted, preset);
      if (wasPlaying) await this.play();
    });
  }

  async usePreset(id: string): Promise<void> {
    const preset = presets.get(id);
    const { shape, classes } = this.data!;
    const network = networkFor(shape, preset.nodes(shape, classes.length));
    await this.apply({ network }, id);
  }

  async useData(id: string): Promise<void> {
    await this.#replaceData(() => this.#generate(id, this.description?.seed ?? 7));
  }

  async readFiles(files: readonly File[]): Promise<void> {
    await this.#replaceData(() => this.#read(files));
  }

  select(change: Partial<Selection>): void {
    if (change.channel !== undefined) this.#isChosen = true;
    const moved = change.stage !== undefined && change.stage !== this.selection.stage;
    const next = { ...this.selection, ...(moved ? { position: null } : {}), ...change };
    const stage = this.run?.stages.find(({ id }) => id === next.stage);
    const channels = stage?.shape.at(-1) ?? 1;
    this.selection = { ...next, channel: Math.min(next.channel, channels - 1) };
    if (this.#connection && this.run) void this.#attempt(() => this.#link.send('select', this.selection));
  }

  /** Goes on after a divergence with a tenth of the rate. */
  async recover(): Promise<void> {
    const learningRate = this.run!.learningRate / 10;
    await this.#attempt(async () => {
      this.run = await this.#link.send('recover', { learningRate });
      this.description = { ...this.description!, recipe: { ...this.description!.recipe, learningRate } };
      this.#history.cut(this.divergence?.lastGood ?? 0);
      this.losses = this.#history.values;
      this.divergence = null;
      await this.play();
    });
  }

  memory() {
    return this.#link.send('memory', {});
  }

  get #link(): Connection {
    if (!this.#connection) throw new Error('internal: the lab has no session');
    return this.#connection;
  }

  #firstStage() {
    const { stages } = this.run!;
    const spatial = stages.filter(({ shape }) => shape.length === 3);
    return spatial[Math.max(0, spatial.length - 2)] ?? stages[0]!;
  }

  /** New data keep the net where it fits, else the first preset that does. The old data stay until the new are read. */
  async #replaceData(load: () => Promise<void>): Promise<void> {
    const wasPlaying = this.isPlaying;
    const before = this.data;
    await this.#attempt(async () => {
      await load();
      if (this.data === before) return;
      const seed = this.description?.seed ?? 7;
      await this.#setUpPreset(this.preset ?? undefined, seed);
      const part = this.#firstStage();
      this.select({ stage: part.id, channel: 0, sample: this.data?.strip[0]?.index ?? 0, class: null, position: null });
      this.#isChosen = false;
      if (wasPlaying) await this.play();
    });
    this.busy = null;
  }

  async #generate(id: string, seed: number): Promise<void> {
    const controller = new AbortController();
    const what = datasets.get(id).title;
    const cancel = () => controller.abort();
    this.busy = { what, share: 0, cancel };
    const options = { id, options: { seed } };
    this.data = await this.#link.send('generateData', options, {
      signal: controller.signal,
      onProgress: (done, total) => (this.busy = { what, share: done / total, cancel }),
    });
  }

  async #read(files: readonly File[]): Promise<void> {
    this.busy = { what: 'files', share: null, cancel: null };
    const read = await Promise.all(
      files.map(async (f) => ({ name: f.name, bytes: new Uint8Array(await f.arrayBuffer()) })),
    );
    this.data = await this.#link.send('readData', { files: read });
  }

  async #setUpPreset(id: string | undefined, seed: number): Promise<void> {
    const { shape, classes } = this.data!;
    const fitting = [...presets].filter((preset) => preset.fits(shape));
    const preset =
      fitting.find((candidate) => candidate.id === id) ??
      fitting.find(({ isFirstChoice }) => isFirstChoice) ??
      fitting[0];
    if (!preset) throw new Error(`no preset fits samples of ${shape.join(' × ')}; write a network as JSON`);
    const network = networkFor(shape, preset.nodes(shape, classes.length));
    const recipe = this.description?.recipe ?? {
      batchSize: 48,
      optimizer: 'adam',
      learningRate: 0.003,
      schedule: 'constant',
    };
    const batchSize = Math.min(recipe.batchSize ?? 32, this.data!.train);
    await this.#setUp(
      { network, recipe: { ...recipe, batchSize }, initializer: this.description?.initializer ?? 'heNormal', seed },
      preset.id,
    );
  }

  async #setUp(wanted: RunDescription, preset: string | null): Promise<void> {
    this.run = await this.#link.send('setUp', wanted);
    this.description = wanted;
    this.preset = preset;
    this.#startOver();
    if (!this.run.stages.some(({ id }) => id === this.selection.stage)) {
      this.select({ stage: this.#firstStage().id, channel: 0 });
      this.#isChosen = false;
    }
  }

  #startOver(): void {
    this.#history.clear();
    this.losses = this.#history.values;
    this.accuracy = [];
    this.read = null;
    this.flow = noFlow;
    this.field = this.before = this.strength = this.relevance = this.snapshot = this.edges = this.divergence = null;
    this.step = this.epoch = 0;
    this.refusals = new Map();
  }

  #take(frame: Frame): void {
    // Nothing is asked for while the tab is hidden: training goes on, drawing waits.
    requestAnimationFrame(() => this.#connection?.drawn());
    if (frame.run !== this.#runNumber) {
      this.#runNumber = frame.run;
      if (frame.step <= frame.losses.length) this.#startOver();
    }
    this.step = frame.step;
    this.epoch = frame.epoch;
    this.isPlaying = frame.playing;
    this.stepsPerSecond = frame.stepsPerSecond;
    if (frame.losses.length > 0) {
      this.#history.append(frame.losses);
      this.losses = this.#history.values;
    }
    if (frame.evaluations.length > 0) {
      this.accuracy = [
        ...this.accuracy,
        ...frame.evaluations.map(({ step, result }) => ({ step, value: result.accuracy })),
      ];
      this.read = frame.evaluations.at(-1)!.result;
    }
    if (frame.snapshot) this.snapshot = frame.snapshot;
    if (frame.edges) this.edges = frame.edges;
    if (frame.before) this.before = frame.before;
    if (frame.divergence) this.divergence = frame.divergence;
    this.#takeRecords(frame);
  }

  #takeRecords(frame: Frame): void {
    for (const record of frame.records) {
      const steps = this.received.get(record.instrument) ?? new Set();
      this.received.set(record.instrument, steps.add(record.step));
      // Casts: the instrument's id says which record it is.
      if (record.instrument === 'batchEntropy') this.#takeEntropy(record as BatchEntropyRecord);
    }
    const latest = newest(frame);
    this.field = (latest.get('erf') as ReceptiveFieldRecord | undefined) ?? this.field;
    this.strength = (latest.get('strength') as StrengthRecord | undefined) ?? this.strength;
    this.relevance = (latest.get('relevance') as RelevanceRecord | undefined) ?? this.relevance;
    if (frame.refusals.length > 0 || frame.records.length > 0) {
      const refused = new Map([...this.refusals].filter(([id]) => !latest.has(id)));
      for (const { instrument, reason } of frame.refusals) refused.set(instrument, reason);
      this.refusals = refused;
    }
  }

  #takeEntropy(record: BatchEntropyRecord): void {
    this.flow = appendFlow(this.flow, record);
    if (this.#isChosen) return;
    // Nobody has chosen yet: show the channel of the stage that tells most samples apart, not one that may be dead.
    const channels = record.data.layers.find(({ stage }) => stage === this.selection.stage)?.channels;
    if (channels) this.select({ channel: channels.indexOf(Math.max(...channels)) });
  }

  /** Runs a command; what goes wrong is shown, and what was there stays. */
  async #attempt(job: () => Promise<unknown>): Promise<boolean> {
    try {
      await job();
      this.notice = null;
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #fail(error: unknown): void {
    if (error instanceof Error && error.name === 'CancelledError') return;
    this.notice = { message: error instanceof Error ? error.message : String(error) };
  }
}

/** A stored network from its parts. */
export function networkFor(input: readonly number[], nodes: NetworkJSON['nodes']): NetworkJSON {
  return { format: 'neuroloupe-network', version: 1, input, nodes };
}
