import { initialWeights, noise, spelledOut } from './benchUnits.js';

/** f32x4.relaxed_madd in a module of its own: whether products are fused with sums here. */
const FUSED = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 0xfd, 0x85, 2, 11],
);

/** Our own library, as its users call it: a trainer, or a trace and a walk down to the pictures. */
export async function start(unit, { tier, library }) {
  const isWasm = tier === 'wasm';
  // What explains is tfjs with our kernels; what trains is a plan, and needs tfjs for nothing.
  await library.startEngine({ tier: isWasm ? 'wasm' : 'cpu', selfCheck: false });
  return {
    ...(unit.explains ? explain(library, unit) : train(library, unit, tier)),
    fma: isWasm && !unit.explains && WebAssembly.validate(FUSED),
  };
}

function built(library, unit) {
  const nodes = spelledOut(unit).map(({ id }, i) => ({ ...unit.nodes[i], id }));
  const model = library.build(library.network(unit.shape, nodes), { seed: 1 });
  model.write(initialWeights(unit));
  return model;
}

function train(library, unit, engine) {
  const samples = { ...noise(unit), count: unit.batch };
  const classes = Array.from({ length: unit.classes }, (_, i) => String(i));
  const data = { id: 'noise', title: 'Noise', shape: unit.shape, classes, train: samples, test: samples, units: '' };
  const recipe = { batchSize: unit.batch, optimizer: 'adam', seed: 1 };
  const trainer = library.startTraining(built(library, unit), data, recipe, { engine });
  return {
    async step() {
      await trainer.advance();
      const [loss] = await trainer.losses();
      return loss;
    },
  };
}

function explain(library, unit) {
  const { tf } = library;
  const model = built(library, unit);
  const x = tf.tensor(noise(unit).inputs, [unit.batch, ...unit.shape]);
  const rules = library.rulesFor(model.network, library.compositeFrom('gradientOnly'));
  const mask = tf.oneHot(tf.zeros([unit.batch], 'int32'), unit.classes);
  return {
    note: 'a trace and a walk, op by op: not yet by plans',
    async step() {
      const trace = library.traceOf(model, x, { rules, isFolded: false });
      const { relevance } = library.walk(trace, {
        start: new Map([['logits', tf.cast(mask, 'float32')]]),
        note: (id, r) => (id === 'input' ? r : null),
      });
      const gradient = relevance.get('input');
      const values = await gradient.data();
      trace.dispose();
      gradient.dispose();
      return values;
    },
  };
}
