import { createRequire } from 'node:module';
import { initialWeights, noise, spelledOut } from './benchUnits.js';

/** brain.js: tanh everywhere, squared error, an update after every sample; a step is one pass through the batch. */
export async function start(unit) {
  // The file of this class alone: the package's own index loads a GPU library, too.
  const { default: NeuralNetwork } = createRequire(import.meta.url)('brain.js/dist/neural-network');
  const layers = spelledOut(unit).filter(({ kind }) => kind === 'dense');
  const net = new NeuralNetwork({ activation: 'tanh', learningRate: 0.01, momentum: 0.1 });
  net.sizes = [unit.shape[0], ...layers.map(({ units }) => units)];
  net.initialize();
  const weights = initialWeights(unit);
  layers.forEach(({ id, units }, i) => {
    const kernel = Array.from(weights[`${id}/kernel`]);
    net.weights[i + 1] = Array.from({ length: units }, (_, k) => kernel.filter((_, j) => j % units === k));
    net.biases[i + 1] = Array.from(weights[`${id}/bias`]);
  });
  const { inputs, labels } = noise(unit);
  const size = unit.shape[0];
  const samples = Array.from({ length: unit.batch }, (_, n) => ({
    input: Array.from(inputs.subarray(n * size, (n + 1) * size)),
    output: Array.from({ length: unit.classes }, (_, c) => Number(c === labels[n])),
  }));
  return {
    note: 'another algorithm: SGD with momentum on squared errors, sample by sample; losses not compared',
    step: () => net.calculateTrainingError(samples),
  };
}
