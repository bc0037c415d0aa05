/** A stage of a network: one weighted layer with what directly follows it. The unit people point at. */
export interface Stage {
  /** Id of the weighted node; names the stage. 'input' for the input. */
  readonly id: string;
  /** Id of the node whose output stands for the stage: the activation after the weighted node, else the node. */
  readonly output: string;
  /** Stages whose channels it reads, in network order; 'input' for the input. Several where paths meet. */
  readonly from: readonly string[];
  /** Kind of the weighted node. */
  readonly kind: string;
  /** Output shape: [height, width, channels] or [units]. */
  readonly shape: readonly number[];
  /** Short description: "5 × 5, stride 2". */
  readonly detail: string;
}

/** What every unit answers to one sample, for drawing the network. */
export interface NetworkSnapshot {
  readonly step: number;
  /** Index of the sample in its data set part, its label (−1: none) and its own values. */
  readonly sample: { readonly index: number; readonly label: number; readonly input: Float32Array };
  /** Outputs of the stages in order, each in the stage's shape. */
  readonly outputs: readonly Float32Array[];
  readonly logits: Float32Array;
  readonly probabilities: Float32Array;
}

/** Where a person points: a stage, one of its channels, a position in it (null: the centre), a sample and a class. */
export interface Selection {
  readonly stage: string;
  readonly channel: number;
  readonly position: readonly [number, number] | null;
  readonly sample: number;
  /** Class to explain; null: the one the net answers. */
  readonly class: number | null;
}

/** Weights between the selected channel and its neighbours, kernel taps summed. */
export interface SelectedEdges {
  readonly stage: string;
  readonly channel: number;
  /** From every channel of each stage before, and to every channel of each stage after. */
  readonly incoming: readonly { readonly stage: string; readonly weights: Float32Array }[];
  readonly outgoing: readonly { readonly stage: string; readonly weights: Float32Array }[];
}
