import { answersOf, accuracyOf, trainNet } from './net.js';
import { localise } from './localise.js';
import { rank } from './rank.js';

// One net at a time in a process of its own, so that several are trained at once. The parent sends
// { factor, correlation, seed, pictures, isRanked } and gets the measurements, or { reason }.
const [, , libraryUrl] = process.argv;
// The greeting of tfjs would stand between the lines of the report.
console.warn = () => undefined;
const library = await import(libraryUrl);
const engine = await library.startEngine({ tier: 'wasm' });

async function measure({ factor, correlation, seed, pictures, isRanked }) {
  if (engine.tier !== 'wasm') {
    const reason = engine.skipped.find(({ tier }) => tier === 'wasm')?.reason;
    throw new library.InputError(`no wasm tier: ${reason}; run it with a Node that has WebAssembly SIMD`);
  }
  const load = (options) => library.datasets.get('concepts').load({ seed, factor, ...options });
  const data = await load({ correlation });
  const { model, step } = await trainNet(library, data, seed);
  const accuracy = accuracyOf(await answersOf(library, model, data.test.inputs), data.test.labels);
  const localised = correlation === 0 ? await localise(library, model, data, { pictures, seed }) : null;
  const ranked = isRanked ? await rank(library, model, load, pictures) : null;
  model.dispose();
  return { factor, correlation, seed, step, classes: data.classes, accuracy, localised, ranked };
}

process.on('message', async (job) => {
  try {
    process.send({ result: await measure(job) });
  } catch (error) {
    process.send({ reason: error instanceof library.InputError ? error.message : error.stack });
  }
});
