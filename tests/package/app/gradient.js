// Bare Node, no bundler: the gradient of one linear unit with respect to its input is the unit's own kernel.
import { build, erf, network, startEngine } from 'neuroloupe';
import { avgPool } from 'neuroloupe/kernels';

const { tier } = await startEngine();
const shape = [5, 5, 1];
const model = build(network(shape, [{ kind: 'conv2d', filters: 1, size: 3, id: 'conv' }]), { seed: 1 });
const batch = { inputs: new Float32Array(25).fill(1), labels: new Int32Array(1), count: 1, shape };
const { data } = await erf.measure(model, batch, { at: 'conv', mode: 'signed' });
const { 'conv/kernel': kernel } = await model.read();
model.dispose();
console.log(JSON.stringify({ tier, field: [...data.values], kernel: [...kernel], hasKernels: typeof avgPool }));
