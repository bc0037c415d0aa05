import {
  connect,
  datasets,
  firstShown,
  optimizers,
  presets,
  type Connection,
  type DataSummary,
  type Engine,
  type Frame,
  type Pin,
  type RunDescription,
  type RunSummary,
  type Selection,
} from '#src';
import type { Address } from './address.ts';
import { bytesOf } from './localFiles.ts';
import type { Busy, Notice } from './notice.ts';
import type { OpenOptions } from './openOptions.ts';
import { paceOf, stepsPerSecond, usualPace, type Pace } from './paces.ts';
import { Readings } from './readings.svelte.ts';
import { networkFor, presetFor } from './rewrite.ts';
import type { Ask } from './workbench/request.svelte.ts';

const CHOSEN_AT_START: Selection = { stage: '', channel: 0, position: null, sample: 0, class: null };

/**
 * The lab's state and its commands. The engine lives behind a connection and knows no runes; what it measures arrives
 * in frames and is kept by {@link Readings}.
 */
export class LabSession extends Readings {
  engine = $state.raw<Engine | null>(null);
  isWorker = $state(true);
  workerReason = $state('');
  data = $state.raw<DataSummary | null>(null);
  /** Options of the data that differ from the set's defaults. */
  dataOptions = $state.raw<Readonly<Record<string, string | number | boolean>>>({});
  run = $state.raw<RunSummary | null>(null);
  description = $state.raw<RunDescription | null>(null);
  /** Id of the preset in use; null: a net of the reader's own. */
  preset = $state<string | null>(null);
  selection = $state.raw<Selection>(CHOSEN_AT_START);
  /** The channel that is followed. */
  pinned = $state.raw<Pin | null>(null);
  pace = $state<Pace>(usualPace);
  busy = $state.raw<Busy | null>(null);
  notice = $state.raw<Notice | null>(null);

  #connection: Connection | null = null;
  /** False until somebody points at a unit; then the liveliest one is shown. */
  #isChosen = false;
  #wanted: NonNullable<OpenOptions['engine']> = 'auto';

  /** Starts the engine, makes the data the address asks for, and begins to train. */
  async open(address: Address, options: OpenOptions): Promise<void> {
    this.#wanted = options.engine ?? 'auto';
    this.pace = paceOf(address.pace);
    this.busy = { what: 'engine', share: null, cancel: null };
    await this.#attempt(async () => {
      this.#connection = await connect({
        onFrame: (frame) => this.#takeFrame(frame),
        onFailure: (error) => this.#fail(error),
        ...(options.where ? { where: options.where } : {}),
      });
      this.isWorker = this.#connection.isWorker;
      this.workerReason = this.#connection.reason;
      this.engine = await this.#connection.send('start', options.tier ? { tier: options.tier } : {});
      await this.setPace(this.pace);
      const seed = address.seed ?? 7;
      let problem: unknown = null;
      const own = await this.#given(options.files).catch((error: unknown) => {
        problem = error;
        return null;
      });
      const wanted = address.data && datasets.has(address.data) ? address.data : 'glyphs';
      await this.#setUpPreset(own ?? (await this.#generate(wanted, seed)), address.net, seed);
      // Files that cannot be used are named; something trains all the same.
      if (problem) this.#fail(problem);
      const { stage, channel = 0, sample = 0, class: target } = address;
      const part = this.run?.stages.find(({ id }) => id === stage) ?? firstShown(this.run!.stages);
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
      // A frame that was under way may have said otherwise.
      this.isPlaying = false;
      await this.#link.send('evaluate', {});
    });
  }

  async stepOnce(): Promise<void> {
    this.isPlaying = false;
    await this.#attempt(() => this.#link.send('step', {}));
  }

  /** How fast training may go, from now on. */
  async setPace(pace: Pace): Promise<void> {
    this.pace = pace;
    await this.#attempt(() => this.#link.send('setPace', { stepsPerSecond: stepsPerSecond(pace) }));
  }

  /** The same net from its first step. */
  async reset(): Promise<void> {
    if (this.description) await this.apply({});
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

  async useData(id: string, options: LabSession['dataOptions'] = {}): Promise<void> {
    const before = this.dataOptions;
    // At once, so that a change made while the data are drawn does not undo this one.
    this.dataOptions = options;
    const isTaken = await this.#replaceData(() => this.#generate(id, this.description?.seed ?? 7, options));
    if (!isTaken && this.dataOptions === options) this.dataOptions = before;
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
    const { test = 0, classes = [] } = this.data ?? {};
    this.selection = {
      ...next,
      channel: Math.min(next.channel, channels - 1),
      // A link may ask for more than there is.
      sample: next.sample < test ? next.sample : 0,
      class: next.class !== null && next.class < classes.length ? next.class : null,
    };
    if (this.#connection && this.run) void this.#attempt(() => this.#link.send('select', this.selection));
  }

  /** The rate to go on with after a divergence: a tenth, and no more than the optimiser usually takes. */
  get gentlerRate(): number {
    const { learningRate, optimizer } = this.run!;
    return Math.min(learningRate / 10, optimizers.get(optimizer).learningRate);
  }

  /** Goes on after a divergence, from the last good step. */
  async recover(): Promise<void> {
    const learningRate = this.gentlerRate;
    await this.#attempt(async () => {
      this.run = await this.#link.send('recover', { learningRate });
      this.description = { ...this.description!, recipe: { ...this.description!.recipe, learningRate } };
      this.backTo(this.divergence?.lastGood ?? 0);
      this.notice = null;
      await this.play();
    });
  }

  readonly memory = () => this.#link.send('memory', {});

  /** Follows a channel while training goes on; null stops. */
  async pin(pin: Pin | null): Promise<void> {
    this.pinned = pin;
    this.pinHistory = [];
    await this.#attempt(() => this.#link.send('pin', { pin }));
  }

  /** Asks the engine to explain something. What goes wrong is the asker's to show. */
  readonly ask: Ask = (name, take, options) => this.#link.send(name, take, options);

  get #link(): Connection {
    if (!this.#connection) throw new Error('internal: the lab has no session');
    return this.#connection;
  }

  /** New data keep the net where it fits, else the first preset that does. The old data stay until the new ones run. */
  async #replaceData(load: () => Promise<DataSummary>): Promise<boolean> {
    const wasPlaying = this.isPlaying;
    const isTaken = await this.#attempt(async () => {
      const data = await load();
      await this.#setUpPreset(data, this.preset ?? undefined, this.description?.seed ?? 7);
      const part = firstShown(this.run!.stages);
      this.select({ stage: part.id, channel: 0, sample: data.strip[0]?.index ?? 0, class: null, position: null });
      this.#isChosen = false;
      if (wasPlaying) await this.play();
    });
    if (!isTaken && this.run) await this.#attempt(() => this.#link.send('dropData', {}));
    this.busy = null;
    return isTaken;
  }

  async #generate(id: string, seed: number, chosen: LabSession['dataOptions'] = {}): Promise<DataSummary> {
    // Whoever asks again no longer wants what is still being drawn.
    this.busy?.cancel?.();
    const controller = new AbortController();
    const what = datasets.get(id).title;
    const cancel = () => controller.abort();
    this.busy = { what, share: 0, cancel };
    const take = { id, options: { ...chosen, seed } };
    const onProgress = (done: number, total: number) => (this.busy = { what, share: done / total, cancel });
    return this.#link.send('generateData', take, { signal: controller.signal, onProgress });
  }

  async #given(files?: () => Promise<File[]>): Promise<DataSummary | null> {
    const found = (await files?.()) ?? [];
    return found.length > 0 ? this.#read(found) : null;
  }

  async #read(files: readonly File[]): Promise<DataSummary> {
    this.busy = { what: 'files', share: null, cancel: null };
    return this.#link.send('readData', { files: await Promise.all(files.map(bytesOf)) });
  }

  async #setUpPreset(data: DataSummary, id: string | undefined, seed: number): Promise<void> {
    const { shape, classes } = data;
    const preset = presetFor(data, id);
    const network = networkFor(shape, preset.nodes(shape, classes.length));
    const recipe = this.description?.recipe ?? { batchSize: 32, optimizer: 'adam', learningRate: 0.003 };
    const batchSize = Math.min(recipe.batchSize ?? 32, data.train);
    await this.#setUp(
      { network, recipe: { ...recipe, batchSize }, initializer: this.description?.initializer ?? 'heNormal', seed },
      preset.id,
      data,
    );
  }

  /** Data, run and description change together: no view ever meets samples of another net. */
  async #setUp(described: RunDescription, preset: string | null, data = this.data): Promise<void> {
    const wanted = { ...described, engine: this.#wanted };
    this.run = await this.#link.send('setUp', wanted);
    this.data = data;
    this.description = wanted;
    this.preset = preset;
    this.notice = this.pinned = null;
    this.startOver();
    if (!this.run.stages.some(({ id }) => id === this.selection.stage)) {
      this.select({ stage: firstShown(this.run.stages).id, channel: 0 });
      this.#isChosen = false;
    }
  }

  #takeFrame(frame: Frame): void {
    // Nothing is asked for while the tab is hidden: training goes on, drawing waits.
    requestAnimationFrame(() => this.#connection?.drawn());
    this.take(frame);
    if (this.#isChosen || !this.entropy) return;
    // Nobody has chosen yet: show the channel of the stage that tells most samples apart, not one that may be dead.
    const channels = this.entropy.data.layers.find(({ stage }) => stage === this.selection.stage)?.channels;
    if (channels) this.select({ channel: channels.indexOf(Math.max(...channels)) });
  }

  /** Runs a command; what goes wrong is shown, and what was there stays. */
  async #attempt(job: () => Promise<unknown>): Promise<boolean> {
    try {
      await job();
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
