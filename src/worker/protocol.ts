import type { Engine, Tier } from '#kernels';
import type { LoadedDataset } from '../datasets/dataset.ts';
import type { NamedBytes } from '../interop/datasetFromIdxFiles.ts';
import type { NetworkJSON } from '../network/serialize.ts';
import type { NetworkSnapshot, SelectedEdges, Selection, Stage } from '../network/snapshot.ts';
import type { MeasurementRecord } from '../core/record.ts';
import type { ReceptiveFieldRecord } from '../instruments/records.ts';
import type { Evaluation } from '../training/trainer.ts';
import type { ExplainCommands, PinnedConcept } from './explain/commands.ts';
import type { EngineChoice, TrainingEngine } from '../training/steppers/chooseEngine.ts';
import type { TrainingRecipe } from '../training/trainOptions.ts';

/** A run described in plain data: what `setUp` builds. */
export interface RunDescription {
  readonly network: NetworkJSON;
  readonly recipe: TrainingRecipe;
  readonly initializer: string;
  /** What computes the steps; without it, the fastest that can hold the net. */
  readonly engine?: TrainingEngine | 'auto';
  /** One seed for the start of the weights, the order of the samples, and dropout. */
  readonly seed: number;
}

/** What the page shows of a data set; the samples themselves stay with the session. */
export interface DataSummary {
  readonly id: string;
  readonly title: string;
  readonly shape: readonly number[];
  readonly classes: readonly string[];
  readonly units: string;
  readonly train: number;
  readonly test: number;
  /** Some held-out samples to choose from, one of each class first. */
  readonly strip: readonly { readonly index: number; readonly label: number; readonly input: Float32Array }[];
  /** For data with two features: training points for a scatter plot, [x, y] pairs, and their labels. */
  readonly points: { readonly values: Float32Array; readonly labels: Int32Array } | null;
  readonly notes: readonly string[];
}

export interface RunSummary {
  readonly stages: readonly Stage[];
  readonly parameters: number;
  readonly optimizer: string;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly loss: string;
  readonly stepsPerEpoch: number;
  /** What computes the steps, and why. */
  readonly engine: EngineChoice;
}

/** Why a run stopped by itself. */
export interface Divergence {
  readonly node: string;
  readonly step: number;
  /** Step of the weights the model was put back to. */
  readonly lastGood: number;
  readonly message: string;
}

/** What happened since the last frame. Typed arrays are transferred, so each frame is its own. */
export interface Frame {
  readonly run: number;
  readonly step: number;
  readonly epoch: number;
  readonly playing: boolean;
  /** Training steps per second over the last second or so; 0 while paused. */
  readonly stepsPerSecond: number;
  /** Losses of the steps that end with `step`. */
  readonly losses: Float32Array;
  readonly evaluations: readonly { readonly step: number; readonly result: Evaluation }[];
  readonly records: readonly MeasurementRecord[];
  /** The selected unit's field with the weights the run started with. */
  readonly before: ReceptiveFieldRecord | null;
  readonly snapshot: NetworkSnapshot | null;
  readonly edges: SelectedEdges | null;
  /** The followed channel at this step. */
  readonly pinned: PinnedConcept | null;
  /** Steps whose weights are kept, when they changed. */
  readonly checkpoints: readonly number[] | null;
  readonly divergence: Divergence | null;
  /** Instruments that cannot measure at the selection, with the reason. */
  readonly refusals: readonly { readonly instrument: string; readonly reason: string }[];
}

/** Every command by name: what it takes and what it answers. */
export interface Commands extends ExplainCommands {
  start: { take: { tier?: Tier }; answer: Engine };
  generateData: { take: { id: string; options: Record<string, number | boolean | string> }; answer: DataSummary };
  readData: { take: { files: NamedBytes[] }; answer: DataSummary };
  useData: { take: { data: LoadedDataset }; answer: DataSummary };
  setUp: { take: RunDescription; answer: RunSummary };
  /** Forgets data loaded after the run was set up; the next set-up is on the run's own data again. */
  dropData: { take: object; answer: null };
  play: { take: object; answer: null };
  pause: { take: object; answer: null };
  /** Caps the steps of a second from now on, for this run and later ones; null: as fast as it goes, as at the start. */
  setPace: { take: { stepsPerSecond: number | null }; answer: null };
  step: { take: object; answer: null };
  select: { take: Selection; answer: null };
  evaluate: { take: object; answer: Evaluation };
  /** Continues a run that diverged, from its last good step. */
  recover: { take: { learningRate: number }; answer: RunSummary };
  memory: { take: object; answer: { tensors: number; bytes: number; deviceBytes: number | null } };
  dispose: { take: object; answer: null };
}

export type CommandName = keyof Commands;

/** What a command sends on the way to its answer. */
export type PartOf<N extends CommandName> = Commands[N] extends { part: infer P } ? P : never;

/** Page to session. */
export type ToSession =
  | {
      [N in CommandName]: {
        readonly type: 'command';
        readonly id: number;
        readonly name: N;
        readonly take: Commands[N]['take'];
      };
    }[CommandName]
  | { readonly type: 'cancel'; readonly id: number }
  /** The page has drawn a frame and can take another. */
  | { readonly type: 'drawn' };

/** An error as it crosses the border. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly where?: string;
}

/** Session to page. */
export type FromSession =
  | { readonly type: 'ready' }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly error: PlainError }
  /** What is known of an answer so far. */
  | { readonly type: 'part'; readonly id: number; readonly value: unknown }
  | { readonly type: 'progress'; readonly id: number; readonly done: number; readonly total: number }
  | { readonly type: 'frame'; readonly frame: Frame };

/** Sends a message and hands over these buffers. */
export type Post<M> = (message: M, transfer: Transferable[]) => void;

/** All array buffers inside plain data, each once, so that they are moved instead of copied. */
export function buffersIn(value: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (Array.isArray(value)) {
    for (const item of value) buffersIn(item, found);
  } else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) buffersIn(item, found);
  }
  return found;
}
