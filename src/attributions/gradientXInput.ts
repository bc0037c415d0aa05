import { readAndDispose } from '../core/readBack.ts';
import { defineAttribution } from './attribution.ts';
import { gradientAt } from '../relevance/walkToInput.ts';

/** x · ∂f/∂x (Shrikumar, Greenside, Shcherbina and Kundaje 2016, "Not just a black box"). */
export const gradientXInput = defineAttribution({
  id: 'gradientXInput',
  title: 'Gradient × input',
  summary: 'The gradient times the pixel: what each pixel adds in the linear piece that the input lies in.',
  source: 'Shrikumar, Greenside, Shcherbina and Kundaje 2016',
  caveat:
    'A pixel that is 0 gets 0 whatever it means to the net, and the map adds up to the score only without biases.',
  needsImages: false,
  options: {},
  async compute({ model, x, values, target, inTurn }) {
    const [gradient] = (await readAndDispose([await inTurn(gradientAt(model, x, target))])) as [Float32Array];
    return { perChannel: gradient.map((g, i) => g * values[i]!), details: {} };
  },
});
