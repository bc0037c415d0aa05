import type { LossSeries } from './lossSeries.ts';

/** Bins at most. Until a run has as many steps, each step has a bin of its own. */
const MOST = 2048;

/** The losses of a run of any length in bounded memory: when all bins are full, neighbours are merged. */
export class LossHistory {
  #mean = new Float64Array(MOST);
  #least = new Float64Array(MOST);
  #most = new Float64Array(MOST);
  #stride = 1;
  #steps = 0;

  /** The losses so far, as plain data of their own. */
  get series(): LossSeries {
    const bins = Math.ceil(this.#steps / this.#stride);
    const [mean, least, most] = [this.#mean, this.#least, this.#most].map((values) => values.slice(0, bins));
    return { stride: this.#stride, steps: this.#steps, mean: mean!, least: least!, most: most! };
  }

  append(losses: ArrayLike<number>): void {
    for (let i = 0; i < losses.length; i++) this.#add(losses[i]!);
  }

  clear(): void {
    this.#stride = 1;
    this.#steps = 0;
  }

  /**
   * Forgets what came after a step: the run was put back to it. A bin that is cut keeps its mean, least and most, which
   * still tell of the steps that were taken from it; what follows is counted right.
   */
  cut(step: number): void {
    this.#steps = Math.min(this.#steps, step);
  }

  #add(loss: number): void {
    if (this.#steps === MOST * this.#stride) this.#merge();
    const bin = Math.floor(this.#steps / this.#stride);
    const held = this.#steps - bin * this.#stride;
    this.#steps += 1;
    this.#mean[bin] = held === 0 ? loss : this.#mean[bin]! + (loss - this.#mean[bin]!) / (held + 1);
    this.#least[bin] = held === 0 ? loss : Math.min(this.#least[bin]!, loss);
    this.#most[bin] = held === 0 ? loss : Math.max(this.#most[bin]!, loss);
  }

  /** Makes one bin of two, all through. */
  #merge(): void {
    for (let bin = 0; bin < MOST / 2; bin++) {
      const [a, b] = [2 * bin, 2 * bin + 1];
      this.#mean[bin] = (this.#mean[a]! + this.#mean[b]!) / 2;
      this.#least[bin] = Math.min(this.#least[a]!, this.#least[b]!);
      this.#most[bin] = Math.max(this.#most[a]!, this.#most[b]!);
    }
    this.#stride *= 2;
  }
}

/** A list of losses, one for each step, as a series. */
export function lossSeries(losses: ArrayLike<number>): LossSeries {
  const history = new LossHistory();
  history.append(losses);
  return history.series;
}
