const isMlp = ({ name }) => name === 'MLP-S';
const isGrowth = ({ grows }) => grows;
const only = (fits, why) => (unit) => (fits(unit) ? undefined : why);

/**
 * Who takes part: engine, tier, what it needs to run, and `lacks(unit)`, why it does not run a unit. The first is what ratios
 * are of.
 */
export const PEERS = [
  { engine: 'neuroloupe', tier: 'wasm', where: 'node' },
  {
    engine: 'neuroloupe',
    tier: 'wasm',
    where: 'node',
    flags: ['--experimental-wasm-relaxed-simd'],
    lacks: (unit) => (unit.explains ? 'the same as without: not by plans yet' : undefined),
  },
  {
    engine: 'neuroloupe',
    tier: 'js',
    where: 'node',
    lacks: ({ name, explains }) =>
      explains
        ? 'explanations run on tfjs, not by plans yet'
        : name === 'CNN-M'
          ? 'a step takes half a minute'
          : undefined,
  },
  {
    engine: 'tfjs',
    tier: 'cpu',
    where: 'node',
    lacks: ({ name, grows }) =>
      name === 'CNN-M' ? 'a step takes minutes' : grows ? 'not of the series: tfjs wasm is' : undefined,
  },
  { engine: 'tfjs', tier: 'wasm', where: 'node' },
  { engine: 'tfjs', tier: 'webgpu', where: 'node', lacks: () => 'Node has no WebGPU' },
  {
    engine: 'convnetjs',
    tier: 'js',
    where: 'node',
    needs: 'convnetjs',
    lacks: (unit) =>
      unit.name === 'CNN-M'
        ? 'no batch norm and no skip connections'
        : unit.explains
          ? 'gradients start at a loss'
          : isGrowth(unit)
            ? 'not of the series'
            : undefined,
  },
  {
    engine: 'brainjs',
    tier: 'js',
    where: 'node',
    needs: 'brain.js',
    lacks: only(isMlp, 'no convolutions'),
  },
  { engine: 'playground', tier: 'js', where: 'node', lacks: only(isMlp, 'no convolutions') },
  {
    engine: 'jax-js',
    tier: 'wasm',
    where: 'node',
    needs: '@jax-js/jax',
    lacks: (unit) => (isGrowth(unit) ? 'not of the series' : undefined),
  },
  { engine: 'jax-js', tier: 'webgpu', where: 'node', lacks: () => 'Node has no WebGPU' },
  { engine: 'pytorch', tier: 'cpu', where: 'python' },
];

export const ENGINES = [...new Set(PEERS.map(({ engine }) => engine))];
