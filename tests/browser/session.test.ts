import * as tf from '@tensorflow/tfjs-core';
import { expect, onTestFinished, test } from 'vitest';
import { barsData, barsRun, residualDilated, smallConv } from '../support/labData.ts';
import { collectErrors } from '../support/labConsole.ts';
import { openSession, setUp, settle, until, type Watched } from '../support/labSession.ts';

const INSTRUMENTS = ['erf', 'batchEntropy', 'strength', 'relevance'] as const;

/** Plays until each instrument has sent records of three steps, then checks what arrived. */
async function watchTraining(session: Watched): Promise<void> {
  await setUp(session, barsData(), barsRun(smallConv));
  await session.connection.send('select', { stage: 'conv1', channel: 1, position: null, sample: 0, class: 1 });
  await session.connection.send('play', {});
  const start = session.frames.length;
  await until('each instrument sends records of three steps', () =>
    INSTRUMENTS.every((id) => session.stepsOf(id).size >= 3),
  );
  const during = session.frames.slice(start + 1);
  expect(during.filter(({ playing }) => !playing)).toEqual([]);
  expect(during.map(({ step }) => step)).toEqual(during.map(({ step }) => step).toSorted((a, b) => a - b));
  await until('the run is 60 steps old', () => session.last.step >= 60);
  const losses = session.frames.flatMap((frame) => [...frame.losses]);
  // Every step's loss arrives, once.
  expect(losses).toHaveLength(session.last.step);
  const mean = (part: number[]) => part.reduce((sum, loss) => sum + loss, 0) / part.length;
  expect(mean(losses.slice(-10))).toBeLessThan(0.8 * mean(losses.slice(0, 10)));
  const records = session.frames.flatMap((frame) => frame.records);
  expect(new Set(records.map(({ tier }) => tier))).toEqual(new Set([session.engine.tier]));
  expect(session.frames.flatMap(({ refusals }) => refusals)).toEqual([]);
  expect(session.failures).toEqual([]);
}

test.for(['wasm', 'webgpu'] as const)(
  'on %s in a worker training goes on while all four instruments send records, and the loss falls',
  async (tier) => {
    const errors = collectErrors();
    const session = await openSession(tier);
    expect(session.connection).toMatchObject({ isWorker: true, reason: '' });
    expect(session.engine).toMatchObject({ tier, reason: 'asked for' });
    await watchTraining(session);
    expect(errors).toEqual([]);
  },
);

test('a page that forbids workers gets the session on the page, with the reason', async () => {
  const errors = collectErrors();
  const { Worker } = globalThis;
  onTestFinished(() => void (globalThis.Worker = Worker));
  globalThis.Worker = class {
    constructor() {
      throw new DOMException('Access to the script is denied', 'SecurityError');
    }
  } as unknown as typeof Worker;
  const session = await openSession('wasm');
  expect(session.connection).toMatchObject({ isWorker: false, reason: 'Access to the script is denied' });
  await watchTraining(session);
  expect(errors).toEqual([]);
});

test('a worker whose script does not load is replaced by the page, with a reason', async () => {
  const { Worker } = globalThis;
  onTestFinished(() => void (globalThis.Worker = Worker));
  globalThis.Worker = class extends Worker {
    constructor() {
      super('/no/such/worker.js', { type: 'module' });
    }
  };
  const session = await openSession('wasm');
  expect(session.connection).toMatchObject({ isWorker: false, reason: 'this page does not allow workers' });
  await watchTraining(session);
});

test('one step at a time moves the run by one, and everything is measured at that step', async () => {
  const session = await openSession('wasm');
  await setUp(session, barsData(), barsRun(residualDilated));
  for (const wanted of [1, 2]) {
    await session.connection.send('step', {});
    await until(`the frame of step ${wanted}`, () => session.last?.step === wanted);
    expect(await settle(session)).toBe(wanted);
  }
  for (const id of INSTRUMENTS) expect([...session.stepsOf(id)].slice(-2)).toEqual([1, 2]);
});

test('no frame is sent until the page has drawn the one before, and no loss is missing then', async () => {
  const session = await openSession('wasm');
  await setUp(session, barsData(), barsRun(smallConv));
  const { connection, frames } = session;
  await connection.send('play', {});
  await until('training is under way', () => session.last?.step > 10);
  const { drawn } = connection;
  connection.drawn = () => undefined;
  await new Promise((resolve) => setTimeout(resolve, 300));
  const held = frames.length;
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(frames).toHaveLength(held);
  const { step } = session.last;
  connection.drawn = drawn;
  connection.drawn();
  await until('frames come again', () => frames.length > held + 2);
  expect(session.last.step).toBeGreaterThan(step);
  expect(frames.flatMap(({ losses }) => [...losses])).toHaveLength(session.last.step);
});

test('commands sent without waiting for each other end in the order they were sent', async () => {
  const session = await openSession('wasm');
  await setUp(session, barsData(), barsRun(smallConv));
  const { connection } = session;
  const order: string[] = [];
  const note = (name: string) => (answer: unknown) => (order.push(name), answer);
  await Promise.all([
    connection.send('play', {}).then(note('play')),
    connection.send('setUp', barsRun(residualDilated)).then(note('setUp')),
    connection.send('evaluate', {}).then(note('evaluate')),
  ]);
  expect(order).toEqual(['play', 'setUp', 'evaluate']);
  await until('the new net trains', () => session.last?.step > 5 && session.last.run === 2);
  expect(session.failures).toEqual([]);
});

test('a closed session answers what waits with an error, not with silence', async () => {
  const { connection } = await openSession('wasm');
  const waiting = connection.send('generateData', { id: 'glyphs', options: { samples: 20000 } });
  connection.close();
  await expect(waiting).rejects.toMatchObject({ name: 'CancelledError' });
});

// The last ones: sessions on the page share its tfjs, and a later one would move what webgpu still holds.
test.for(['wasm', 'webgpu'] as const)(
  'on %s the session runs on the page itself when that is asked for',
  async (tier) => {
    const errors = collectErrors();
    const session = await openSession(tier, 'page');
    expect(session.connection).toMatchObject({ isWorker: false, reason: 'asked for' });
    const before = tf.memory().numTensors;
    await watchTraining(session);
    expect(tf.memory().numTensors).toBeGreaterThan(before);
    session.connection.close();
    await until('closing frees every tensor', () => tf.memory().numTensors === before);
    expect(errors).toEqual([]);
  },
);
