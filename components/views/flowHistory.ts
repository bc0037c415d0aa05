/** Entropy of each layer at the steps it was measured at: what {@link FlowView} draws and the flow sentence reads. */
export interface FlowHistory {
  /** Training steps, rising. */
  readonly steps: readonly number[];
  /** One row per layer in network order; `values` in nats, one per step. */
  readonly layers: readonly { readonly stage: string; readonly values: readonly number[] }[];
}
