import { expect, test } from 'vitest';
import {
  build,
  concepts,
  networkFromJSON,
  startEngine,
  startTraining,
  takeBatch,
  type AttributionGraphRecord,
  type ConceptsRecord,
  type FoundReferences,
  type RelevanceRecord,
} from '#src';
import { relativeError } from '../support/finiteDifference.ts';
import { barsData, barsRun, residualDilated } from '../support/labData.ts';
import { openSession, setUp, settle, until, type Watched } from '../support/labSession.ts';

const run = barsRun(residualDilated);
const asked = { sample: 0, class: 1, step: null };
const table = { composite: 'epsilonPlusFlat', rules: {} } as const;
/** Float32 sums of maps whose parts cancel, relative to the largest value. */
const TOLERANCE = 1e-4;

async function playing(data = barsData()): Promise<Watched> {
  const session = await openSession('wasm');
  await setUp(session, data, run);
  await session.connection.send('play', {});
  await until('the run is 10 steps old', () => session.last?.step >= 10);
  return session;
}

const conceptsAt = (session: Watched, options: Record<string, unknown>, step: number | null = null) =>
  session.connection.send('measure', { ...asked, step, instrument: 'concepts', options }) as Promise<ConceptsRecord>;

const parallel: Record<string, readonly string[]> = { wide: ['stem.relu'], 'wide.norm': ['stem.relu'] };

test.for(residualDilated.map(({ id }) => id!))(
  'conditions at "%s" of a residual net: its maps add up to the full map unless paths go past it',
  async (at) => {
    const session = await playing();
    await settle(session);
    const { data } = await conceptsAt(session, { at, count: 200 });
    const { data: whole } = (await session.connection.send('measure', {
      ...asked,
      instrument: 'relevance',
      options: {},
    })) as RelevanceRecord;
    expect(data.parallel).toEqual(parallel[at] ?? []);
    const area = data.height * data.width;
    const sum = whole.map.map((_, i) => data.shown.reduce((total, _c, k) => total + data.maps[k * area + i]!, 0));
    const isWhole = relativeError(sum, whole.map) < TOLERANCE;
    expect(isWhole).toBe(data.parallel.length === 0);
    const rho = data.relevance.reduce((total, r) => total + r, 0);
    // What arrives at the node and what goes past it are what arrives at the addition above.
    const arrived = whole.layers.find((layer) => layer.at === 'stem.relu')!.sum;
    expect(data.bypassed === 0).toBe(data.parallel.length === 0);
    if (at === 'stem.relu') expect(Math.abs(rho - arrived)).toBeLessThan(TOLERANCE * Math.abs(arrived));
    expect(session.failures).toEqual([]);
  },
);

test('an explanation asked for while training reads the weights of one step, and training goes on', async () => {
  await startEngine({ tier: 'wasm' });
  const session = await playing();
  const record = await conceptsAt(session, { at: 'sum.tanh' });
  const kept = await conceptsAt(session, { at: 'sum.tanh' }, 0);
  await until('the run went on', () => session.last.step > record.step + 5);

  // The same run again, to the step the record names.
  const data = barsData();
  const model = build(networkFromJSON(run.network), { seed: run.seed, initializer: run.initializer });
  const trainer = startTraining(model, data, { ...run.recipe, seed: run.seed });
  const sample = takeBatch(data, { size: 1, from: 'test' });
  const first = await concepts.measure(model, sample, { at: 'sum.tanh', class: 1 });
  while (trainer.step < record.step) await trainer.advance();
  const again = await concepts.measure(model, sample, { at: 'sum.tanh', class: 1 });
  trainer.dispose();
  model.dispose();
  expect(record.data).toEqual(again.data);
  expect(kept.step).toBe(0);
  // A fast machine may have kept the first step only by now.
  await expect(conceptsAt(session, { at: 'sum.tanh' }, 1e9)).rejects.toThrow(
    /^step 1000000000 is not kept; kept steps: 0(, \d+)*$/,
  );
  expect(kept.data).toEqual(first.data);
});

test('reference samples come in parts while training goes on, and a cancelled search leaves nothing behind', async () => {
  const session = await playing(barsData(48, 400));
  const parts: FoundReferences[] = [];
  const steps: number[] = [];
  const take = {
    step: null,
    at: 'sum.tanh',
    channels: [0, 2],
    mode: 'relevance',
    label: null,
    count: 4,
    ...table,
  } as const;
  const found = await session.connection.send('references', take, {
    onPart: (part) => {
      parts.push(part);
      steps.push(session.last.step);
    },
  });
  expect(parts.length).toBeGreaterThan(0);
  expect(parts[0]!.channels[0]!.references[0]!.map).toBeNull();
  expect(found).toMatchObject({ done: 400, total: 400, at: 'sum.tanh', mode: 'relevance' });
  for (const { references, classes } of found.channels) {
    expect(references).toHaveLength(4);
    expect(references.map(({ value }) => value)).toEqual(
      references.map(({ value }) => value).toSorted((a, b) => b - a),
    );
    expect(references.every(({ map, crop, field, input }) => map && crop && field && input.length === 64)).toBe(true);
    expect(classes.map(({ label }) => label).toSorted()).toEqual([0, 1]);
  }
  await settle(session);
  const before = await session.connection.send('memory', {});
  const stop = new AbortController();
  const search = session.connection.send('references', take, { signal: stop.signal, onPart: () => stop.abort() });
  await expect(search).rejects.toMatchObject({ name: 'CancelledError' });
  expect(await session.connection.send('memory', {})).toEqual(before);
  expect(session.failures).toEqual([]);
});

test('tensors stay flat over 200 requests of every kind', async () => {
  const session = await playing();
  await settle(session);
  const { connection } = session;
  const method = { id: 'gradient', options: {} };
  const requests: readonly (() => Promise<unknown>)[] = [
    () => conceptsAt(session, { at: 'wide', count: 3 }),
    () => connection.send('measure', { ...asked, instrument: 'attributionGraph', options: { width: [2, 2] } }),
    () => connection.send('attribute', { ...asked, id: 'smoothGrad', options: { count: 3 } }),
    () => connection.send('score', { ...asked, metric: 'sparseness', method, options: {} }),
    () => connection.send('ablate', { ...asked, plan: { wide: { 1: 0 } }, ...table }),
    () =>
      connection.send('references', {
        step: 0,
        at: 'wide',
        channels: [1],
        mode: 'activation',
        label: 1,
        count: 2,
        ...table,
      }),
    () =>
      connection.send('optimizeInput', {
        ...asked,
        method: { id: 'fgsm', options: { low: -10, high: 10 } },
        target: { kind: 'label', class: 0 },
      }),
    // Refused: what was computed until then goes, too.
    () => conceptsAt(session, { at: 'nowhere' }).catch((error: Error) => error.message),
  ];
  for (const request of requests) await request();
  const before = await connection.send('memory', {});
  for (let i = 0; i < 200; i++) await requests[i % requests.length]!();
  expect(await connection.send('memory', {})).toEqual(before);
  expect(await requests.at(-1)!()).toMatch(/^unknown node: "nowhere"; nodes: stem, /);
  expect(session.failures).toEqual([]);
});

test('an attribution graph from the class down names what carries it, and a channel can be followed', async () => {
  const session = await playing();
  const graph = (await session.connection.send('measure', {
    ...asked,
    instrument: 'attributionGraph',
    options: { width: [2, 2] },
  })) as AttributionGraphRecord;
  const { nodes, levels, edges, maps, height, width } = graph.data;
  expect(nodes[0]).toEqual({ at: 'logits', channel: 1 });
  expect(levels[0]).toBe(0);
  expect(maps).toHaveLength(nodes.length * height * width);
  expect(edges.every(({ from, to }) => nodes.some((n) => n.at === from.at) && nodes.some((n) => n.at === to.at))).toBe(
    true,
  );

  await session.connection.send('pin', { pin: { at: 'sum.tanh', channel: 1, sample: 2, class: null } });
  const followed = () => session.frames.flatMap(({ pinned }) => (pinned ? [pinned] : []));
  await until('the channel was followed over three steps', () => followed().length >= 3);
  const [one, two] = followed();
  expect(two!.step).toBeGreaterThan(one!.step);
  expect(one).toMatchObject({ at: 'sum.tanh', channel: 1, sample: 2, channels: 3 });
  expect(one!.map).toHaveLength(64);
  expect(one!.references.length).toBeGreaterThan(0);
  const kept = session.frames.flatMap(({ checkpoints }) => (checkpoints ? [checkpoints] : [])).at(-1)!;
  expect(kept[0]).toBe(0);
  expect(kept.length).toBeLessThanOrEqual(32);
  await session.connection.send('pin', { pin: null });
  await settle(session);
  expect(session.failures).toEqual([]);
});
