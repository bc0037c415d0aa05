import { choice } from '../core/options.ts';
import { channelsOf } from '../core/shape.ts';
import { readAndDispose } from '../core/readBack.ts';
import { defineAttribution } from './attribution.ts';
import { gradientAt } from '../relevance/walkToInput.ts';

/**
 * ∂f/∂x (Simonyan, Vedaldi and Zisserman 2014, "Deep inside convolutional networks", section 3; there the largest
 * size among a pixel's channels is shown).
 */
export const gradient = defineAttribution({
  id: 'gradient',
  title: 'Gradient',
  summary: 'How the score would move with each pixel, at first order.',
  source: 'Simonyan, Vedaldi and Zisserman 2014',
  caveat: 'It tells what a tiny change would do, not what the score is made of, and it jumps wherever a ReLU switches.',
  needsImages: false,
  options: {
    channels: choice('sum', ['sum', 'largest'], 'what a pixel shows: the sum of its channels, or the largest size'),
  },
  async compute({ model, x, target, inTurn }, { channels }) {
    const [perChannel] = (await readAndDispose([await inTurn(gradientAt(model, x, target))])) as [Float32Array];
    if (channels === 'sum') return { perChannel, details: {} };
    const count = x.rank === 4 ? channelsOf(x.shape) : 1;
    const map = Float32Array.from({ length: perChannel.length / count }, (_, p) =>
      perChannel.subarray(p * count, (p + 1) * count).reduce((most, g) => Math.max(most, Math.abs(g)), 0),
    );
    return { perChannel, map, signed: false, details: {} };
  },
});
