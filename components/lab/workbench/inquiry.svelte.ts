import { networkFromJSON, type Asked, type CompositeSpec, type ConceptPlace, type RuleChoices } from '#src';
import type { LabSession } from '../session.svelte.ts';
import type { Ask } from './request.svelte.ts';

/** What the workbench asks about: the lab's selection, a table of rules, and a step of the run. */
export class Inquiry {
  readonly session: LabSession;
  composite = $state.raw<CompositeSpec>('epsilonPlusFlat');
  /** Rules of single nodes, in the place of the composite's. */
  rules = $state.raw<RuleChoices>({});
  /** A kept step; null follows the run. */
  step = $state<number | null>(null);

  constructor(session: LabSession) {
    this.session = session;
  }

  readonly ask: Ask = (name, take, options) => this.session.ask(name, take, options);

  /** A node that no stage stands for, such as an addition, with the channel chosen there. */
  #other = $state.raw<ConceptPlace | null>(null);

  /** Name of what is looked at: a stage, or a node of its own. */
  get stage(): string {
    return this.#other?.at ?? this.session.selection.stage;
  }
  get channel(): number {
    return this.#other?.channel ?? this.session.selection.channel;
  }
  /** The node whose channels are the concepts: the one chosen, or the one whose output stands for the selected stage. */
  get at(): string {
    return this.#other?.at ?? this.session.run?.stages.find(({ id }) => id === this.stage)?.output ?? this.stage;
  }

  /** The answers are those of a run that goes on: the next ones are on their way. */
  get isFollowing(): boolean {
    return this.session.isPlaying && this.step === null;
  }
  /** The selected sample, and the shape of all samples. */
  get sample(): Float32Array | null {
    return this.session.snapshot?.sample.input ?? null;
  }
  get shape(): readonly number[] {
    return this.session.data?.shape ?? [];
  }
  readonly network = $derived.by(() => {
    const { description } = this.session;
    return description ? networkFromJSON(description.network) : null;
  });

  /** Looks at a stage, or at any node; a channel without a place stays where it is. */
  choose({ at = this.stage, channel = 0 }: Partial<ConceptPlace>): void {
    const stages = this.session.run?.stages ?? [];
    const stage = stages.find(({ id, output }) => id === at || output === at);
    this.#other = stage ? null : { at, channel };
    if (stage) this.session.select({ stage: stage.id, channel });
  }

  /** The class the lab's own map explains now. */
  readonly #answered = $derived.by(() => this.session.relevance?.data.class ?? null);

  /**
   * While the run is followed, every answer is about the class the lab's own map explains: one that changes its mind
   * between two answers would leave them speaking of different classes.
   */
  readonly asked: Asked = $derived.by(() => {
    const { sample, class: chosen } = this.session.selection;
    return { sample, class: chosen ?? (this.step === null ? this.#answered : null), step: this.step };
  });

  /**
   * Changes whenever an answer may: the selection, the rules, the step asked for, or, while the run is followed and paused,
   * the run's own step. While it trains the views ask again at their own pace.
   */
  readonly key: string = $derived.by(() => {
    const { session, asked } = this;
    const now = this.step ?? (session.isPlaying ? 'playing' : session.step);
    return JSON.stringify([asked, this.composite, this.rules, now, session.description?.network]);
  });

  className(index: number): string {
    return this.session.data?.classes[index] ?? String(index);
  }
}
