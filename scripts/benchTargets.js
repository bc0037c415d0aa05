const cpu = (engine, tier, must, aim) => ({ engine, tier, must, aim });

/** Times as fast as a peer on a unit, by tier of ours; below 1 where the peer may be faster. */
const TARGETS = [
  {
    unit: 'MLP-S',
    tier: 'wasm',
    peers: [
      cpu('convnetjs', 'js', 8, 13),
      cpu('playground', 'js', 8, 13),
      cpu('brainjs', 'js', 8, 13),
      cpu('pytorch', 'cpu', 40, 60),
      cpu('tfjs', 'cpu', 150, 220),
      cpu('tfjs', 'wasm', 150, 220),
    ],
  },
  { unit: 'MLP-S', tier: 'js', peers: [cpu('convnetjs', 'js', 1.5, 2)] },
  {
    unit: 'CNN-S',
    tier: 'wasm',
    peers: [
      cpu('tfjs', 'wasm', 4, 4),
      cpu('convnetjs', 'js', 25, 25),
      cpu('jax-js', 'wasm', 70, 70),
      cpu('pytorch', 'cpu', 1 / 2.2, 1 / 1.2),
    ],
  },
  {
    unit: 'CNN-M',
    tier: 'wasm',
    peers: [cpu('tfjs', 'wasm', 5, 5), cpu('jax-js', 'wasm', 60, 60), cpu('pytorch', 'cpu', 1 / 3.5, 1 / 1.6)],
  },
  { unit: 'EXP-1', tier: 'wasm', peers: [cpu('pytorch', 'cpu', 1, 2), cpu('tfjs', 'wasm', 8, 20)] },
  { unit: 'EXP-64', tier: 'wasm', peers: [cpu('tfjs', 'wasm', 4, 4), cpu('pytorch', 'cpu', 1 / 2, 1 / 1.2)] },
];
/** Milliseconds from a net's description to its first trained step. */
const START = { must: 50, aim: 15 };

const digits = (number) => String(Number(number.toPrecision(number < 1 ? 2 : 3)));

/** "reached", or how far off. */
const verdict = (reached, wanted) => (reached >= wanted ? 'reached' : `${digits(wanted / reached)} × short`);

function against(rows, own, { engine, tier, must, aim }) {
  const peer = rows.find((row) => row.engine === engine && row.tier === tier);
  if (!peer) return [];
  const head = `${own.unit} ${own.tier} against ${engine} ${tier}`;
  if (!peer.ms) return [`${head}: not met, not missed: ${peer.why}`];
  const which = peer.noisy || own.noisy ? 'min' : 'median';
  const faster = peer.ms[which] / own.ms[which];
  const words = [
    `must ${digits(must)}: ${verdict(faster, must)}`,
    ...(aim === must ? [] : [`aim ${digits(aim)}: ${verdict(faster, aim)}`]),
  ];
  return [`${head}: ${digits(faster)} × as fast; ${words.join('; ')}`];
}

function startLine(rows) {
  const own = rows.find(({ engine, tier, firstMs }) => engine === 'neuroloupe' && tier === 'wasm' && firstMs);
  if (!own || own.unit.startsWith('EXP')) return [];
  const words = [START.must, START.aim].map((limit, i) => {
    const met = own.firstMs <= limit ? 'reached' : `${digits(own.firstMs / limit)} × over`;
    return `${['must', 'aim'][i]} ${limit}: ${met}`;
  });
  return [`${own.unit} wasm, first step after ${digits(own.firstMs)} ms; ${words.join('; ')}`];
}

/** What was asked of a unit, line by line, beside what its rows say. */
export function targetLines(rows) {
  const [{ unit }] = rows;
  const lines = TARGETS.filter((target) => target.unit === unit).flatMap(({ tier, peers }) => {
    const own = rows.find((row) => row.engine === 'neuroloupe' && row.tier === tier && !row.fma);
    if (!own?.ms) return own ? [`${unit} ${tier}: not met, not missed: ${own.why}`] : [];
    return peers.flatMap((peer) => against(rows, own, peer));
  });
  return TARGETS.some((target) => target.unit === unit) ? [...lines, ...startLine(rows)] : [];
}
