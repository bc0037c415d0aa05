/** Probabilities from logits; one logit speaks for the second of two classes. */
export function probabilitiesOf(logits: ArrayLike<number>): Float32Array {
  const all = logits.length === 1 ? [0, logits[0]!] : Array.from(logits);
  const most = Math.max(...all);
  const powers = all.map((logit) => Math.exp(logit - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return Float32Array.from(powers, (power) => power / total);
}

/** Class numbers, most probable first. */
export function ranked(probabilities: ArrayLike<number>): number[] {
  return Array.from({ length: probabilities.length }, (_, i) => i).sort(
    (a, b) => probabilities[b]! - probabilities[a]! || a - b,
  );
}

/**
 * after − before as one number per pixel: of its channels the largest change, with its sign. Both are
 * [height, width, channels] or [features].
 */
export function changeMap(before: Float32Array, after: Float32Array, shape: readonly number[]): Float32Array {
  const channels = shape.length === 3 ? shape[2]! : 1;
  return Float32Array.from({ length: before.length / channels }, (_, pixel) => {
    let most = 0;
    for (let i = pixel * channels; i < (pixel + 1) * channels; i++) {
      const change = after[i]! - before[i]!;
      if (Math.abs(change) > Math.abs(most)) most = change;
    }
    return most;
  });
}
