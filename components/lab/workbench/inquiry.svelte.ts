import type { Asked, CompositeSpec, RuleChoices } from '#src';
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

  get stage(): string {
    return this.session.selection.stage;
  }
  get channel(): number {
    return this.session.selection.channel;
  }
  /** Node whose output stands for the selected stage. */
  get at(): string {
    return this.session.run?.stages.find(({ id }) => id === this.stage)?.output ?? this.stage;
  }
  get asked(): Asked {
    const { sample, class: target } = this.session.selection;
    return { sample, class: target, step: this.step };
  }
  /**
   * Changes whenever an answer may: the selection, the rules, the step asked for, or, while the run is followed and paused,
   * the run's own step. While it trains the views ask again at their own pace.
   */
  get key(): string {
    const { session, asked } = this;
    const now = this.step ?? (session.isPlaying ? 'playing' : session.step);
    return JSON.stringify([asked, this.composite, this.rules, now, session.description?.network]);
  }
  className(index: number): string {
    return this.session.data?.classes[index] ?? String(index);
  }
}
