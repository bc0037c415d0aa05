import { mean } from '../table.js';
import { answersOf, withPicture } from './net.js';
import { METHODS, METRICS } from './plan.js';

/** Scores of every method on the first held-out pictures that the net answers right, against what decides the class. */
export async function localise(library, model, data, { pictures, seed }) {
  const answers = await answersOf(library, model, data.test.inputs);
  const chosen = [...answers.keys()].filter((i) => answers[i].class === data.test.labels[i]).slice(0, pictures);
  const values = METHODS.map(() => METRICS.map(() => []));
  const areas = [];
  const mapOf = methods(library, data, seed);
  for (const i of chosen) {
    await withPicture(library, data, i, async ({ x, label, mask }) => {
      areas.push(mean([...mask]));
      for (const [m, method] of METHODS.entries()) {
        const explain = (net, input) => mapOf(method, net, input, label);
        const subject = { model, x, class: label, map: await explain(model, x), mask, explain };
        for (const [k, { id }] of METRICS.entries()) {
          values[m][k].push((await library.metrics.get(id).measure(subject)).value);
        }
      }
    });
  }
  return {
    pictures: chosen.length,
    area: mean(areas),
    scores: values.map((row) => row.map(mean)),
    // A map without anything positive has no mass accuracy.
    unscored: values.map(([mass]) => mass.filter((value) => value === null).length),
  };
}

/** A map of one picture by any method of the plan. */
function methods({ attributions, random }, { shape }, seed) {
  const noise = random(seed, 'reproduce/localisation');
  return async ({ id, options }, model, x, label) => {
    if (id === 'random') return Float32Array.from({ length: shape[0] * shape[1] }, () => noise.uniform());
    return (await attributions.get(id).explain(model, x, label, options)).map;
  };
}
