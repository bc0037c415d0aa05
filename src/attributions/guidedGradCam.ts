import { channelsOf } from '../core/shape.ts';
import { readAndDispose } from '../core/readBack.ts';
import { guidedBackprop } from '../relevance/composites/guidedBackprop.ts';
import { defineAttribution } from './attribution.ts';
import { classActivation, nodeOption } from './classActivation.ts';
import { walkToInput } from '../relevance/walkToInput.ts';

/** Guided backpropagation times the enlarged Grad-CAM map (Selvaraju et al. 2017, section 3.2). */
export const guidedGradCam = defineAttribution({
  id: 'guidedGradCam',
  title: 'Guided Grad-CAM',
  summary: 'The outlines of guided backprop, kept where Grad-CAM finds the class.',
  source: 'Selvaraju, Cogswell, Das, Vedantam, Parikh and Batra 2017',
  caveat: 'Only the coarse region tells the classes apart; the fine lines come from guided backprop and hardly do.',
  needsImages: true,
  options: { node: nodeOption },
  async compute(question, { node }) {
    const { model, x, target, inTurn } = question;
    const { enlarged, ...details } = await classActivation(question, node, true);
    const { arrived } = await inTurn(walkToInput(model, x, target, guidedBackprop()));
    const [guided] = (await readAndDispose([arrived])) as [Float32Array];
    const channels = channelsOf(x.shape);
    return { perChannel: guided.map((r, i) => r * enlarged[Math.floor(i / channels)]!), details };
  },
});
