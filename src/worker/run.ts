import type { MeasurementRecord } from '../core/record.ts';
import { InputError } from '../core/errors.ts';
import { channelsOf } from '../core/shape.ts';
import type { LoadedDataset } from '../datasets/dataset.ts';
import { takeBatch } from '../datasets/takeBatch.ts';
import { batchEntropy, erf, relevance, strength } from '../instruments/index.ts';
import type { ReceptiveFieldRecord } from '../instruments/records.ts';
import { build, freeze, type Model } from '../network/model.ts';
import { networkFromJSON } from '../network/serialize.ts';
import type { NetworkSnapshot, SelectedEdges, Selection } from '../network/snapshot.ts';
import { firstShown, stages } from '../network/stages.ts';
import { edgesOf, takeSnapshot } from '../network/takeSnapshot.ts';
import { startTraining, type Evaluation, type Trainer } from '../training/trainer.ts';
import { checkpointsOf, type Checkpoints } from './checkpoints.ts';
import type { Pin, PinnedConcept } from './explain/commands.ts';
import { measurePin } from './explain/pinned.ts';
import { pace } from './pace.ts';
import type { RunDescription } from './protocol.ts';
import { testSample } from './summaries.ts';

/** While training goes on, entropy and strength are measured at multiples of this many steps only. */
const STRUCTURE_EVERY = 20;
const ENTROPY_SAMPLES = 64;
const FIELD_SAMPLES = 16;
/** Held-out samples behind the accuracy that is shown while training. */
const LIVE_SAMPLES = 200;

/** A model in training with its instruments. */
export interface Run {
  readonly model: Model;
  readonly trainer: Trainer;
  readonly selection: Selection;
  /** Weights of earlier steps. */
  readonly checkpoints: Checkpoints;
  readonly pinned: Pin | null;
  /** Follows a channel while training goes on; null stops. */
  pin(pin: Pin | null): void;
  /** Moves the selection; everything about it is measured anew at the next chance. */
  select(selection: Selection): void;
  /** Takes over the selection of an earlier run as far as this net has the place. */
  reselect(selection: Selection): void;
  /** Measures what is due; true when nothing is left at this step. */
  measure(options: { isPlaying: boolean }): Promise<boolean>;
  /** True at a step where entropy and strength are to be measured before training goes on. */
  isStructureDue(now: number): boolean;
  readonly hasFindings: boolean;
  takeFindings(): Findings;
  evaluateAll(): Promise<Evaluation>;
  dispose(): void;
}

export interface Findings {
  readonly records: MeasurementRecord[];
  readonly evaluations: { step: number; result: Evaluation }[];
  readonly refusals: { instrument: string; reason: string }[];
  before: ReceptiveFieldRecord | null;
  snapshot: NetworkSnapshot | null;
  edges: SelectedEdges | null;
  pinned: PinnedConcept | null;
  /** Steps whose weights are kept; null: as before. */
  checkpoints: readonly number[] | null;
}

const nothing = (): Findings => ({
  records: [],
  evaluations: [],
  refusals: [],
  before: null,
  snapshot: null,
  edges: null,
  pinned: null,
  checkpoints: null,
});

/**
 * Builds the described model and prepares its training. `onNews` is called when something was found beside the turns; a
 * channel that was followed before may be followed from the start.
 */
export function startRun(
  data: LoadedDataset,
  description: RunDescription,
  onNews: () => void,
  followed: Pin | null = null,
): Run {
  const network = networkFromJSON(description.network);
  const { seed, initializer } = description;
  const model = build(network, { seed, initializer });
  let trainer: Trainer;
  try {
    const { engine = 'auto' } = description;
    trainer = startTraining(model, data, { ...description.recipe, seed }, { engine });
  } catch (error) {
    model.dispose();
    throw error;
  }
  const parts = stages(network);
  const entropyBatch = takeBatch(data, { size: Math.min(ENTROPY_SAMPLES, data.test.count), from: 'test' });
  const fieldBatch = takeBatch(data, { size: Math.min(FIELD_SAMPLES, data.test.count), from: 'test' });
  // The share of time each job may take: a job that lasts t rests at least `rest` times t.
  const paces = {
    structure: pace(100, 4),
    view: pace(100, 4),
    edges: pace(250, 10),
    field: pace(1000, 6),
    map: pace(700, 6),
    test: pace(600, 12),
    kept: pace(400, 20),
  };
  let findings = nothing();
  let measuredAt = { structure: -1, view: -1, edges: -1, field: -1, map: -1, test: -1, kept: -1, pin: -1 };
  const checkpoints = checkpointsOf(model);
  const pinPace = pace(700, 3);
  let pinned = followed;
  let isFollowing = false;
  /** Something broke while a channel was followed; the next turn says so. */
  let broken: unknown = null;
  let isBeforeDue = true;
  let selection: Selection = { stage: firstShown(parts).id, channel: 0, position: null, sample: 0, class: null };

  function select(next: Selection): void {
    testSample(data, next.sample);
    selection = next;
    measuredAt = { ...measuredAt, view: -1, edges: -1, field: -1, map: -1 };
    for (const name of ['view', 'edges', 'field', 'map'] as const) paces[name].hurry();
    isBeforeDue = true;
  }

  async function record(job: () => Promise<MeasurementRecord<unknown, unknown>>, instrument: string): Promise<void> {
    try {
      findings.records.push(await job());
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      findings.refusals.push({ instrument, reason: error.message });
    }
  }

  const isNew = (at: number) => trainer.step !== at;

  const isStructureStep = () => measuredAt.structure < 0 || trainer.step % STRUCTURE_EVERY === 0;

  const context = () => ({ step: trainer.step, seed });

  const fieldOptions = () => {
    const part = parts.find(({ id }) => id === selection.stage) ?? parts[0]!;
    return { at: part.output, channel: selection.channel, unit: selection.position ?? ('centre' as const) };
  };

  /** The field with the weights the run started with: the same seed builds them again. */
  async function fieldBefore(): Promise<void> {
    isBeforeDue = false;
    if (data.shape.length !== 3) return;
    const fresh = build(network, { seed, initializer });
    try {
      findings.before = await erf.measure(fresh, fieldBatch, fieldOptions(), { step: 0, seed });
    } catch (error) {
      // The field with today's weights says the same, as a refusal.
      if (!(error instanceof InputError)) throw error;
    } finally {
      fresh.dispose();
    }
  }

  const jobs: Record<keyof typeof paces, () => Promise<void>> = {
    async structure() {
      await record(() => strength.measure(model, entropyBatch, {}, context()), strength.id);
      await record(() => batchEntropy.measure(model, entropyBatch, {}, context()), batchEntropy.id);
    },
    async view() {
      const index = selection.sample;
      findings.snapshot = await takeSnapshot(model, testSample(data, index), { step: trainer.step, index });
    },
    async edges() {
      findings.edges = await edgesOf(model, selection.stage, selection.channel);
    },
    field: () => record(() => erf.measure(model, fieldBatch, fieldOptions(), context()), erf.id),
    map: () =>
      record(
        () => relevance.measure(model, testSample(data, selection.sample), { class: selection.class }, context()),
        relevance.id,
      ),
    async test() {
      findings.evaluations.push({ step: trainer.step, result: await trainer.evaluate('test', LIVE_SAMPLES) });
    },
    async kept() {
      await checkpoints.keep(trainer.step);
      findings.checkpoints = checkpoints.steps;
    },
  };

  /** Beside the turns: training goes on while a followed channel looks for its samples. */
  async function follow(pin: Pin): Promise<void> {
    const { step } = trainer;
    measuredAt.pin = step;
    const frozen = freeze(model);
    try {
      await pinPace.run(async () => {
        const found = await measurePin(frozen, data, pin, step);
        if (pinned === pin) findings.pinned = found;
      });
    } catch (error) {
      if (error instanceof InputError) findings.refusals.push({ instrument: 'pin', reason: error.message });
      else broken = error;
    } finally {
      frozen.dispose();
      isFollowing = false;
      onNews();
    }
  }

  return {
    model,
    trainer,
    get selection() {
      return selection;
    },
    checkpoints,
    get pinned() {
      return pinned;
    },
    pin(pin) {
      pinned = pin;
      measuredAt.pin = -1;
      pinPace.hurry();
    },
    select,
    reselect(before) {
      const part = parts.find(({ id }) => id === before.stage);
      const isThere = part !== undefined && before.channel < channelsOf(part.shape);
      const place = isThere ? before : selection;
      const isSample = before.sample < data.test.count;
      const isClass = before.class !== null && before.class < data.classes.length;
      select({ ...place, position: null, sample: isSample ? before.sample : 0, class: isClass ? before.class : null });
    },
    async measure({ isPlaying }) {
      if (broken) {
        const error = broken;
        broken = null;
        throw error;
      }
      for (const name of Object.keys(jobs) as (keyof typeof jobs)[]) {
        if (!isNew(measuredAt[name]) || !paces[name].isDue(performance.now())) continue;
        if (name === 'structure' && isPlaying && !isStructureStep()) continue;
        measuredAt[name] = trainer.step;
        await paces[name].run(jobs[name]);
      }
      if (pinned && !isFollowing && isNew(measuredAt.pin) && pinPace.isDue(performance.now())) {
        isFollowing = true;
        void follow(pinned);
      }
      if (isBeforeDue) await fieldBefore();
      const { pin: pinAt, ...others } = measuredAt;
      return Object.values(others).every((at) => !isNew(at)) && !(pinned && isNew(pinAt));
    },
    isStructureDue: (now) => isNew(measuredAt.structure) && isStructureStep() && paces.structure.isDue(now),
    get hasFindings() {
      const { records, evaluations, refusals, before, snapshot, edges, pinned: followed, checkpoints: kept } = findings;
      return (
        records.length + evaluations.length + refusals.length > 0 ||
        Boolean(before || snapshot || edges || followed || kept)
      );
    },
    takeFindings() {
      const taken = findings;
      findings = nothing();
      return taken;
    },
    async evaluateAll() {
      const result = await trainer.evaluate('test');
      // A part of the samples says nothing more about this step.
      measuredAt.test = trainer.step;
      findings.evaluations.push({ step: trainer.step, result });
      return result;
    },
    dispose() {
      trainer.dispose();
      model.dispose();
    },
  };
}
