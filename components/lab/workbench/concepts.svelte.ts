import {
  networkFromJSON,
  type AttributionGraphRecord,
  type Conditions,
  type ConceptsRecord,
  type FoundReferences,
  type NetworkNode,
  type ReferenceMode,
  type Region,
  type RelevanceRecord,
  type ShownReference,
} from '#src';
import { argueRows, type ArgueOrder, type ArgueRow } from '../../views/argueRows.ts';
import type { ReferenceLook } from '../../views/referenceLook.ts';
import { recordOf, withMap } from './conceptsRecord.ts';
import { graphBelow, graphWindow } from './graphWindow.ts';
import type { Inquiry } from './inquiry.svelte.ts';
import { Request, type Ask } from './request.svelte.ts';

/** Rows of the ranking before all are asked for. */
const ROOM = 8;
/** Reference samples per channel. */
const REFERENCES = 5;
/** What relevance may start with. */
export type Initial = number | 'probability' | null;

/** Channels followed from each concept, level by level. */
const GRAPH_WIDTH = [3, 3, 2];

/** The panel "Who argues": what is set in it, what it asks, and what it has been answered. */
export class ConceptsDesk {
  readonly inquiry: Inquiry;
  order = $state<ArgueOrder>('size');
  unit = $state<'relevance' | 'share'>('relevance');
  view = $state<'list' | 'atlas'>('list');
  showsAll = $state(false);
  region = $state.raw<Region | null>(null);
  letsParallelIn = $state(false);
  /** Channels, or single units, of other nodes that relevance must pass. */
  through = $state.raw<Conditions>({});
  /** What relevance starts with; null: what the rules say. */
  initial = $state<Initial>(null);
  /** The one unit of the selected channel that is asked about: row · width + column; null: the whole channel. */
  neuron = $state<number | null>(null);
  mode = $state<ReferenceMode>('relevance');
  label = $state<number | null>(null);
  look = $state<ReferenceLook>('map');
  /** Where the graph starts: at the class, or at the selected channel. */
  graphFrom = $state<'class' | 'channel'>('class');
  factor = $state(0);
  /** Channels that are scaled along with the selected one. */
  together = $state.raw<readonly number[]>([]);

  readonly relevance: Request<'measure'>;
  readonly other: Request<'measure'>;
  readonly concepts: Request<'measure'>;
  /** The selected channel's map, where it is not among the foremost. */
  readonly own: Request<'measure'>;
  /** The map of one unit of the selected channel. */
  readonly single: Request<'measure'>;
  readonly graph: Request<'measure'>;
  readonly references: Request<'references'>;
  readonly ablation: Request<'ablate'>;
  /** The question behind `own`: its answer counts for no other. */
  #ownKey = $state('');
  /** The last search for reference samples. */
  #searched: { readonly key: string; readonly channels: readonly number[] } = { key: '', channels: [] };

  constructor(inquiry: Inquiry, ask: Ask) {
    this.inquiry = inquiry;
    const measure = () => new Request(ask, 'measure');
    [this.relevance, this.other, this.concepts, this.own, this.graph] = [
      measure(),
      measure(),
      measure(),
      measure(),
      measure(),
    ];
    this.single = measure();
    this.references = new Request(ask, 'references');
    this.ablation = new Request(ask, 'ablate');
  }

  // Casts: the instrument's id says which record it is.
  readonly relevanceRecord = $derived.by(() => recordOf<RelevanceRecord>(this.relevance.value, 'relevance'));
  readonly otherRecord = $derived.by(() => recordOf<RelevanceRecord>(this.other.value, 'relevance'));
  readonly graphRecord = $derived.by(() => recordOf<AttributionGraphRecord>(this.graph.value, 'attributionGraph'));
  readonly conceptsRecord = $derived.by((): ConceptsRecord | null => {
    const record = recordOf<ConceptsRecord>(this.concepts.value, 'concepts');
    // Another layer's channels are not this one's: an old answer may be dimmed, but not mistaken.
    if (record?.data.at !== this.inquiry.at) return null;
    return this.#ownKey === this.ownKey ? withMap(record, recordOf(this.own.value, 'concepts')) : record;
  });
  /** The map of the unit that is asked about, and of no other. */
  readonly neuronRecord = $derived.by((): ConceptsRecord | null => {
    const { at, channel } = this.inquiry;
    const record = recordOf<ConceptsRecord>(this.single.value, 'concepts');
    const condition = record?.data.at === at ? record.data.conditions[at] : undefined;
    return condition?.[channel] === this.neuron ? record : null;
  });
  readonly rows = $derived.by((): readonly ArgueRow[] => {
    const { conceptsRecord, order, showsAll, inquiry } = this;
    if (!conceptsRecord) return [];
    const room = showsAll ? Infinity : ROOM;
    return argueRows(conceptsRecord.data, { order, room, selected: inquiry.channel });
  });
  readonly nodes = $derived.by((): readonly NetworkNode[] => {
    const { description } = this.inquiry.session;
    return description ? networkFromJSON(description.network).nodes : [];
  });
  /** Shape of the chosen node's output. */
  readonly shape = $derived.by(() => this.nodes.find(({ id }) => id === this.inquiry.at)?.shape ?? []);
  /** The selected sample; null until it is known. */
  readonly sample = $derived.by((): Float32Array | null => {
    const { data, snapshot, selection } = this.inquiry.session;
    if (snapshot?.sample.index === selection.sample) return snapshot.sample.input;
    return data?.strip.find(({ index }) => index === selection.sample)?.input ?? null;
  });
  /** What the net answers: with the weights that are explained where they are known, else with those of now. */
  readonly probabilities = $derived.by((): Float32Array | null => {
    const { session, step } = this.inquiry;
    const now = session.snapshot?.sample.index === session.selection.sample ? session.snapshot.probabilities : null;
    const { value } = this.ablation;
    return step === null ? now : value?.step === step ? value.before.probabilities : null;
  });
  /** What was found for the chosen layer so far. */
  readonly foundReferences = $derived.by((): FoundReferences | null => {
    const { value } = this.references;
    return value?.at === this.inquiry.at ? value : null;
  });
  readonly referencesOf = (channel: number): readonly ShownReference[] =>
    this.foundReferences?.channels.find((found) => found.channel === channel)?.references ?? [];

  /** What changes the ranking, besides the inquiry. */
  get rankingKey(): string {
    const { inquiry, showsAll, view } = this;
    return JSON.stringify([inquiry.key, showsAll || view === 'atlas', this.#ranking]);
  }

  async askAll(): Promise<void> {
    const { inquiry } = this;
    const { composite, rules, asked } = inquiry;
    await this.relevance.run({ ...asked, instrument: 'relevance', options: { composite, rules } });
    await this.#askRanking();
    await this.askGraph();
    if (inquiry.step !== null || !inquiry.session.isPlaying) return;
    // While the run is followed: samples of channels that have come up, and the net without a channel as it is by now.
    if (!this.references.isRunning) await this.askReferences();
    if (!this.ablation.isRunning && this.ablationKey) await this.askAblation();
  }

  async askGraph(): Promise<void> {
    const { inquiry, graphFrom } = this;
    const { composite, rules, at, channel, asked, session } = inquiry;
    const order = this.nodes.map(({ id }) => id);
    const stages = session.run?.stages ?? [];
    const from = graphFrom === 'channel' ? { at, channel } : null;
    const among = from ? graphBelow(stages, at, order) : graphWindow(stages, at, order);
    // Nothing lies below the first layer.
    if (among.length === 0) this.graph.value = null;
    else {
      const options = { composite, rules, from, among, width: GRAPH_WIDTH.slice(0, among.length) };
      await this.graph.run({ ...asked, instrument: 'attributionGraph', options });
    }
  }

  async #askRanking(): Promise<void> {
    const { inquiry, showsAll, view } = this;
    const channels = this.shape.at(-1) ?? 1;
    const count = showsAll || view === 'atlas' ? channels : Math.min(ROOM, channels);
    await this.concepts.run({ ...inquiry.asked, instrument: 'concepts', options: { ...this.#ranking, count } });
    await this.askOwn();
    await this.askNeuron();
  }

  /** Asks for the selected channel's map where the ranking does not hold it. */
  async askOwn(): Promise<void> {
    const { inquiry } = this;
    const record = recordOf<ConceptsRecord>(this.concepts.value, 'concepts');
    if (!record || record.data.at !== inquiry.at || record.data.shown.includes(inquiry.channel)) return;
    const options = { ...this.#ranking, channels: [inquiry.channel] };
    this.#ownKey = this.ownKey;
    await this.own.run({ ...inquiry.asked, instrument: 'concepts', options });
  }

  /** Asks for the map of a single unit, where one is chosen. */
  async askNeuron(): Promise<void> {
    const { inquiry, neuron } = this;
    const { at, channel, asked } = inquiry;
    if (neuron === null) return;
    const ranking = this.#ranking;
    const conditions = { ...ranking.conditions, [at]: { [channel]: neuron } };
    const options = { ...ranking, region: null, conditions, channels: [channel] };
    await this.single.run({ ...asked, instrument: 'concepts', options });
  }

  get ownKey(): string {
    return JSON.stringify([this.inquiry.asked, this.inquiry.channel, this.#ranking]);
  }

  get #ranking() {
    const { inquiry, region, letsParallelIn, elsewhere, initial } = this;
    const { composite, rules, at } = inquiry;
    return { at, composite, rules, region, conditions: elsewhere, excludesParallel: !letsParallelIn, initial };
  }

  /** The conditions at other nodes than the one that is looked at. */
  get elsewhere(): Conditions {
    return Object.fromEntries(Object.entries(this.through).filter(([at]) => at !== this.inquiry.at));
  }

  /** What people call a node: the stage its output stands for, or its own id. */
  stageName(at: string): string {
    return this.inquiry.session.run?.stages.find(({ output }) => output === at)?.id ?? at;
  }

  /** How many columns of units a node has. */
  columnsOf(at: string): number {
    const { shape = [] } = this.nodes.find(({ id }) => id === at) ?? {};
    return shape.length === 3 ? shape[1]! : 1;
  }

  async askOther(target: number): Promise<void> {
    const { composite, rules, asked } = this.inquiry;
    await this.other.run({ ...asked, class: target, instrument: 'relevance', options: { composite, rules } });
  }

  /**
   * What the search for reference samples depends on; empty while there are no rows. Neither the sample nor the class is
   * among it. While the run trains rows come and go, and a search that starts anew with each would never end.
   */
  readonly referencesKey = $derived.by((): string => {
    const { inquiry, rows } = this;
    if (rows.length === 0) return '';
    const channels =
      inquiry.step === null && inquiry.session.isPlaying ? null : rows.map(({ channel }) => channel).sort();
    return JSON.stringify([this.#searchKey, channels]);
  });

  get #searchKey(): string {
    const { inquiry, mode, label } = this;
    const { session, composite, rules, at } = inquiry;
    const now = inquiry.step ?? (session.isPlaying ? 'playing' : session.step);
    return JSON.stringify([at, mode, label, composite, rules, now, session.description?.network]);
  }

  async askReferences(): Promise<void> {
    const { inquiry, mode, label } = this;
    const key = this.#searchKey;
    const before = this.#searched.key === key ? this.#searched.channels : [];
    const shown = this.rows.map(({ channel }) => channel);
    if (shown.every((channel) => before.includes(channel))) return;
    // Rows that have gone while it trains may come again.
    const channels = [...new Set([...shown, ...before])].slice(0, Math.max(shown.length, 2 * ROOM));
    this.#searched = { key, channels };
    const { composite, rules, at, step } = inquiry;
    await this.references.run({ step, at, channels, mode, label, count: REFERENCES, composite, rules });
  }

  /** What the ablation depends on; empty until the ranking is there: first things first. */
  readonly ablationKey = $derived.by((): string => {
    const { inquiry, factor, together } = this;
    return this.conceptsRecord ? JSON.stringify([inquiry.key, inquiry.at, inquiry.channel, factor, together]) : '';
  });

  async askAblation(): Promise<void> {
    const { inquiry, factor, together } = this;
    const { composite, rules, at, channel, asked } = inquiry;
    const factors = Object.fromEntries([channel, ...together].map((c) => [c, factor]));
    await this.ablation.run({ ...asked, plan: { [at]: factors }, composite, rules });
  }

  /** A part of one layer means nothing in another, and channels scaled together belong to their own. */
  forgetLayer(): void {
    this.region = null;
    this.neuron = null;
    this.together = [];
    this.through = this.elsewhere;
  }

  cancel(): void {
    const { relevance, other, concepts, own, single, graph, references, ablation } = this;
    for (const request of [relevance, other, concepts, own, single, graph]) request.cancel();
    references.cancel();
    ablation.cancel();
  }
}
