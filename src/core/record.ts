/** Everything needed to read a measurement again, and to repeat it. Plain data and typed arrays, no tensors. */
export interface MeasurementRecord<Data = unknown, Options = unknown> {
  /** Id of the instrument that made it. */
  readonly instrument: string;
  readonly options: Options;
  /** Tier the numbers were computed on. */
  readonly tier: string;
  readonly seed: number;
  /** Digest of the network description, see `networkDigest`. */
  readonly network: string;
  /** Training step the weights belonged to. */
  readonly step: number;
  readonly data: Data;
}
