import { flag } from '../core/options.ts';
import { defineAttribution } from './attribution.ts';
import { classActivation, nodeOption } from './classActivation.ts';

/** The channels of a late layer, weighed by their mean gradient and added up (Selvaraju et al. 2017, "Grad-CAM"). */
export const gradCam = defineAttribution({
  id: 'gradCam',
  title: 'Grad-CAM',
  summary: 'Which region a late layer finds the class in: coarse, and different for each class.',
  source: 'Selvaraju, Cogswell, Das, Vedantam, Parikh and Batra 2017',
  caveat:
    'It is as coarse as the layer it is taken at: what lies between its positions is drawn in, and the channels are weighed by one number each wherever they are.',
  needsImages: true,
  options: {
    node: nodeOption,
    relu: flag(true, 'keeps only what speaks for the class'),
  },
  async compute(question, { node, relu }) {
    const { enlarged, ...details } = await classActivation(question, node, relu);
    return { perChannel: null, map: enlarged, signed: !relu, details };
  },
});
