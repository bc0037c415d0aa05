/** How the learning rate changes: a factor for each step. */
export interface Schedule {
  readonly id: string;
  readonly title: string;
  readonly formula: string;
  /** `step` counts from 0, `total` is the planned length of the run. */
  factor(step: number, total: number): number;
}
