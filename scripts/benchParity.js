/** Relative differences of losses that are let pass, at these steps. */
const LIMITS = [
  { step: 1, most: 1e-5 },
  { step: 3, most: 1e-4 },
  { step: 30, most: 1e-2 },
];
/** Of gradients, relative to the largest number. */
const GRADIENT_LIMIT = 1e-4;
const OTHER_ALGORITHMS = ['brainjs', 'playground'];

/** Whose losses count: tfjs on its cpu tier where that takes no minutes, else on wasm. */
export function referenceOf({ name, explains }, peers) {
  const tier = name === 'MLP-S' || explains ? 'cpu' : 'wasm';
  return peers.find((peer) => peer.engine === 'tfjs' && peer.tier === tier);
}

const floats = (base64) => {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  return new Float32Array(bytes.buffer);
};

/** Largest relative difference of an engine's first losses, or of its gradient, and why it is too large. */
export function differenceOf({ explains }, { peer, about }, reference) {
  if (OTHER_ALGORITHMS.includes(peer.engine)) return {};
  if (reference.why) return { why: `nothing to compare with: tfjs on ${reference.peer.tier}: ${reference.why}` };
  if (explains) return ofGradients(floats(about.result), floats(reference.about.result));
  const relative = about.losses
    .slice(0, reference.about.losses.length)
    .map((loss, i) => Math.abs(loss / reference.about.losses[i] - 1));
  const failed = LIMITS.find(({ step, most }) => relative.length >= step && !(relative[step - 1] <= most));
  return {
    maxLossDifference: Math.max(...relative),
    ...(failed
      ? {
          why: `its losses differ from those of tfjs by ${relative[failed.step - 1].toExponential(1)} at step ${failed.step}`,
        }
      : {}),
  };
}

function ofGradients(found, expected) {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i])), 0) / largest;
  return {
    maxLossDifference: worst,
    ...(worst <= GRADIENT_LIMIT ? {} : { why: `its gradient differs from that of tfjs by ${worst.toExponential(1)}` }),
  };
}
