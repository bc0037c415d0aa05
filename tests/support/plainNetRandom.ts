import { network, random, type Network, type NodeSpec, type Random } from '#src';
import { plainZeros, type Plain } from './plainNet.ts';

/** A seeded source of choices. */
export function choices(source: Random) {
  const whole = (low: number, high: number) => low + source.integer(high - low + 1);
  return {
    whole,
    chance: (p: number) => source.uniform() < p,
    pick: <T>(items: readonly T[]) => items[source.integer(items.length)]!,
  };
}

/** Numbers that float32 holds exactly, so that both sides get the same. */
export function randomPlain(source: Random, shape: readonly number[]): Plain {
  const x = plainZeros(shape);
  x.data.forEach((_, i) => (x.data[i] = Math.fround(source.normal())));
  return x;
}

export interface RandomNetOptions {
  /** Blocks between input and output. */
  readonly blocks?: number;
  /** Activations to draw from. */
  readonly functions?: readonly string[];
  /** Max pools have kinks, gates have none that matter here; leave kinds out where a smooth net is asked for. */
  readonly without?: readonly Block[];
  /** Ends with a dense layer of three units; otherwise the last block is the output. */
  readonly hasHead?: boolean;
}

export type Block =
  'conv' | 'depthwise' | 'maxPool' | 'avgPool' | 'norm' | 'activate' | 'skip' | 'branches' | 'gate' | 'upsample';
const BLOCKS: readonly Block[] = [
  'conv',
  'conv',
  'depthwise',
  'maxPool',
  'avgPool',
  'norm',
  'activate',
  'activate',
  'skip',
  'branches',
  'gate',
  'upsample',
];
const SMALLEST = 3;
const LARGEST = 9;

/** A small random net on images that uses strides, dilations, lopsided padding, skips, concatenations and gates. */
export function randomNet(seed: number, options: RandomNetOptions = {}): Network {
  const {
    blocks = 6,
    functions = ['relu', 'tanh', 'prelu', 'swish', 'elu', 'ada'],
    without = [],
    hasHead = true,
  } = options;
  const { whole, chance, pick } = choices(random(seed, 'net'));
  const input = [whole(5, 7), whole(5, 7), whole(1, 3)] as const;
  const specs: NodeSpec[] = [];
  const last = () => (specs.length === 0 ? 'input' : specs.at(-1)!.id!);
  const put = (spec: NodeSpec) => {
    specs.push({ ...spec, id: `n${specs.length}` });
    return last();
  };
  const now = () => (specs.length === 0 ? input : (network(input, specs).nodes.at(-1)!.shape as typeof input));
  const window = () => ({
    size: [whole(1, 3), whole(1, 3)],
    stride: chance(0.3) ? [whole(1, 2), whole(1, 2)] : 1,
    dilation: chance(0.3) ? [whole(1, 2), whole(1, 2)] : 1,
    padding: pick(['same', 'same', [whole(0, 2), whole(0, 2), whole(0, 2), whole(0, 2)]] as const),
  });
  const poolWindow = () => ({
    size: [2, whole(2, 3)],
    stride: pick([1, 2]),
    padding: pick(['same', 'valid', [1, 0, 0, 1]] as const),
  });
  const normal = () => (chance(0.5) ? put({ kind: 'activate', fn: pick(functions) }) : last());

  const make: Record<Block, () => void> = {
    conv: () => void (put({ kind: 'conv2d', filters: whole(1, 4), bias: chance(0.7), ...window() }), normal()),
    depthwise: () => void put({ kind: 'depthwiseConv2d', multiplier: whole(1, 2), bias: chance(0.7), ...window() }),
    maxPool: () => void put({ kind: 'maxPool', ...poolWindow() }),
    avgPool: () => void put({ kind: 'avgPool', ...poolWindow() }),
    norm: () => void put({ kind: 'batchNorm', epsilon: 1e-3 }),
    activate: () => void put({ kind: 'activate', fn: pick(functions), parameters: pick(['shared', 'channel']) }),
    upsample: () => void put({ kind: 'upsample', factor: [whole(1, 2), 2] }),
    skip() {
      const [from, channels] = [last(), now()[2]];
      put({ kind: 'conv2d', filters: channels, size: [whole(1, 3), whole(1, 4)], dilation: whole(1, 2) });
      put({ kind: 'add', from: chance(0.5) ? [from, normal()] : [normal(), from] });
    },
    branches() {
      const from = last();
      const left = put({ kind: 'conv2d', from, filters: whole(1, 2), size: whole(1, 3) });
      const right = put({ kind: 'avgPool', from, size: 3, stride: 1, padding: 'same' });
      put({ kind: 'concat', from: chance(0.3) ? [left, right, from] : [right, left] });
    },
    gate() {
      put({ kind: 'conv2d', filters: 2 * whole(1, 2), size: 1 });
      put({ kind: 'activate', fn: 'andAIL' });
    },
  };
  const fits = (block: Block) => {
    const [height, width, channels] = now();
    if (block === 'upsample') return 2 * Math.max(height, width) <= LARGEST;
    if (block === 'depthwise' || block === 'branches') return channels <= 4 && Math.min(height, width) >= SMALLEST;
    return Math.min(height, width) >= SMALLEST || block === 'activate' || block === 'norm';
  };
  for (let left = blocks; left > 0; left--) {
    const possible = BLOCKS.filter((block) => !without.includes(block) && fits(block));
    const kept = specs.length;
    make[pick(possible)]();
    // A window that no longer fits is thrown away; the draw after it is another one.
    try {
      now();
    } catch {
      specs.length = kept;
    }
  }
  if (hasHead || specs.length === 0) {
    put(chance(0.5) ? { kind: 'flatten' } : { kind: 'globalAvgPool' });
    put({ kind: 'dense', units: 3 });
  }
  return network(input, specs);
}

/** Weights of every size the net asks for; variances are positive. */
export function randomWeights(net: Network, source: Random): Record<string, Float32Array> {
  return Object.fromEntries(
    net.nodes.flatMap((node) =>
      Object.entries(node.params).map(([param, spec]) => {
        const count = spec.shape.reduce((a, b) => a * b, 1);
        const scale = spec.start === 'kernel' ? 1.2 / Math.sqrt(spec.fanIn!) : 0.3;
        const centre = param === 'movingVariance' || param === 'gamma' ? 1 : spec.start === 'kernel' ? 0 : spec.start;
        const draw = () => centre + scale * Math.max(-2, Math.min(2, source.normal()));
        return [`${node.id}/${param}`, Float32Array.from({ length: count }, draw)] as const;
      }),
    ),
  );
}
