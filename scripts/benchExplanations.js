import { TASKS } from './benchExplain.js';
import { ask, startEngine } from './benchProcess.js';
import { RESNET } from './benchResnet.js';
import { median } from './benchTiming.js';

const RUNS = 5;
/** The plain form takes long; its runs spread less. */
const NAIVE_RUNS = 3;
const ENGINES = [
  { id: 'own', name: 'neuroloupe', runs: RUNS },
  { id: 'naive', name: 'plain tfjs', runs: NAIVE_RUNS },
];
/** Largest difference of two lists of numbers, relative to the largest of the second. */
function difference(found, expected) {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return expected.reduce((worst, value, i) => Math.max(worst, Math.abs(value - found[i])), 0) / largest;
}

/** Runs of one task, each beside a run of the forward pass over as many pictures and over one. */
async function measure({ child, runs }, { task, count }, tier) {
  const times = [];
  for (let n = 0; n < runs; n++) {
    const run = {};
    for (const [name, message] of [
      ['one', { task: 'forward', count: 1, tier }],
      ['own', { task: 'forward', count, tier }],
      ['ms', { task, count, tier }],
    ]) {
      const { ms, reason } = await ask(child, message);
      if (reason) return { reason };
      run[name] = ms;
    }
    times.push(run);
  }
  return { times };
}

function cells(times, ours) {
  const ms = times.map((run) => run.ms);
  const ratios = [
    median(times.map((run) => run.ms / run.own)),
    median(times.map((run) => run.ms / run.one)),
    median(ms) / ours,
  ];
  return [
    ...[median(ms), Math.min(...ms), Math.max(...ms)].map((value) => value.toFixed(1).padStart(9)),
    ...ratios.map((value) => value.toFixed(2).padStart(9)),
  ].join('');
}

/** One task on one tier, both engines in turn; what they found has to agree before a time counts. */
async function taskLines(engines, task, tier) {
  const lines = [];
  let ours;
  const results = [];
  for (const engine of engines) {
    const head = `${task.title.padEnd(32)}${tier.padEnd(6)}${engine.name.padEnd(12)}`;
    if (engine.id === 'naive' && !task.naive) continue;
    const { result, reason } = await ask(engine.child, { ...task, tier, wants: 'result' });
    const { times, reason: later } = reason ? { reason } : await measure(engine, task, tier);
    if (reason ?? later) {
      lines.push(`${head}not measured: ${reason ?? later}`);
      continue;
    }
    results.push(result);
    ours ??= median(times.map(({ ms }) => ms));
    lines.push(head + cells(times, ours));
  }
  if (results.length === 2) {
    const worst = difference(...results);
    if (!(worst < task.naive)) lines.push(`  the two differ by ${worst.toExponential(1)}: compare nothing`);
  }
  return lines;
}

/** Explanations of ResNet-20, each beside its own forward pass and beside the plain form. */
export async function benchExplanations(libraryUrl) {
  console.log(`ResNet-20, ${RESNET.parameters} parameters, ${RESNET.shape.join(' × ')}, LRP epsilonPlusFlat`);
  console.log(`${'task'.padEnd(32)}tier  engine      ms median      min      max × own fw  × fw(1)   × ours`);
  for (const tier of ['wasm', 'cpu']) {
    const engines = ENGINES.map((engine) => ({ ...engine, child: startEngine(engine.id, libraryUrl) }));
    try {
      for (const task of TASKS.filter(({ tiers }) => tiers.includes(tier))) {
        for (const line of await taskLines(engines, task, tier)) console.log(line);
      }
    } finally {
      for (const { child } of engines) child.kill();
    }
  }
  console.log('webgpu: not measured, Node has none');
  console.log('plain tfjs: as installed; a copy of the picture for every condition, and every denominator anew');
  console.log(
    '× own fw: times the forward pass of the same engine over as many pictures, timed beside it; × fw(1): over one',
  );
  console.log(
    'aims: a map in 4 × own fw, 64 conditions in 25 × fw(1); the reference tools, which need PyTorch: 6 and 107, not measured',
  );
}
