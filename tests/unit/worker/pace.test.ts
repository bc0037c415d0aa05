import { expect, onTestFinished, test, vi } from 'vitest';
import { connect, InputError, type Connection, type Frame, type NodeSpec } from '#src';
import { barsData, barsRun } from '../../support/labData.ts';

const net: readonly NodeSpec[] = [
  { kind: 'flatten', id: 'flat' },
  { kind: 'dense', id: 'hidden', units: 4 },
  { kind: 'activate', id: 'hidden.tanh', fn: 'tanh' },
  { kind: 'dense', id: 'logits', units: 2 },
];
/** The clock moves on in pieces of this many milliseconds, so what is due may be this late. */
const PIECE_MS = 5;

interface Clocked {
  readonly connection: Connection;
  readonly frames: Frame[];
  readonly page: { isDrawing: boolean };
  /** Lets this much time go by, in pieces; everything due at a moment is done before the next one. */
  pass(ms: number): Promise<void>;
  /** Lets the clock jump, as a long job does. */
  jump(ms: number): Promise<void>;
  /** Plays for a while and returns the steps that were taken. */
  play(ms: number): Promise<number>;
}

const nextTask = () => new Promise((resolve) => setImmediate(resolve));

/** A session on this thread, on a clock that only moves when it is told to. */
async function clocked(): Promise<Clocked> {
  const frames: Frame[] = [];
  const page = { isDrawing: true };
  const connection: Connection = await connect({
    where: 'page',
    onFrame(frame) {
      frames.push(frame);
      if (page.isDrawing) connection.drawn();
    },
    onFailure(error) {
      throw error;
    },
  });
  onTestFinished(() => connection.close());
  await connection.send('start', { tier: 'cpu' });
  await connection.send('useData', { data: barsData() });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());

  /** The session sleeps, with an alarm set; or it has nothing left to do. Messages have arrived. */
  async function calm(): Promise<void> {
    for (let tasks = 0, asleep = 0; tasks < 30 && asleep < 3; tasks++) {
      await nextTask();
      asleep = vi.getTimerCount() > 0 ? asleep + 1 : 0;
    }
  }
  async function jump(ms: number): Promise<void> {
    vi.advanceTimersByTime(ms);
    await calm();
  }
  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += PIECE_MS) await jump(PIECE_MS);
  }
  await connection.send('setUp', barsRun(net));
  await pass(200);
  return {
    connection,
    frames,
    page,
    pass,
    jump,
    async play(ms) {
      const from = frames.at(-1)!.step;
      await connection.send('play', {});
      await pass(ms);
      await connection.send('pause', {});
      await pass(200);
      return frames.at(-1)!.step - from;
    },
  };
}

test.for([10, 100, 1000])('at most %i steps a second are taken, and as many where there is time', async (cap) => {
  const { connection, frames, play } = await clocked();
  await connection.send('setPace', { stepsPerSecond: cap });
  const seconds = 2;
  const steps = await play(1000 * seconds);
  // The first step begins at once.
  expect(steps).toBeLessThanOrEqual(seconds * cap + 1);
  expect(steps).toBeGreaterThanOrEqual(seconds * cap - Math.ceil((2 * PIECE_MS * cap) / 1000));
  // Evenly: no frame brings more than its share.
  const longest = Math.max(...frames.slice(1).map(({ losses }) => losses.length));
  expect(longest).toBeLessThanOrEqual(Math.ceil(0.1 * cap));
  expect(frames.flatMap(({ losses }) => [...losses])).toHaveLength(steps);
});

test('after a long job the lost time is not made up for by a burst', async () => {
  const { connection, frames, play, pass, jump } = await clocked();
  await connection.send('setPace', { stepsPerSecond: 100 });
  await connection.send('play', {});
  await pass(500);
  const before = frames.flatMap(({ losses }) => [...losses]).length;
  await jump(3000);
  const steps = (await play(0)) + before;
  expect(steps).toBeGreaterThan(45);
  expect(steps).toBeLessThan(65);
});

test('the pace stays for the next run, and each change counts at once', async () => {
  const { connection, play } = await clocked();
  await connection.send('setPace', { stepsPerSecond: 10 });
  await connection.send('setUp', barsRun(net));
  expect(await play(1000)).toBeLessThanOrEqual(11);
  await connection.send('setPace', { stepsPerSecond: 200 });
  const steps = await play(1000);
  expect(steps).toBeGreaterThan(190);
  expect(steps).toBeLessThanOrEqual(201);
});

test('without a cap it goes as fast as it can', async () => {
  const { connection, frames } = await clocked();
  vi.useRealTimers();
  await connection.send('setPace', { stepsPerSecond: 0.001 });
  await connection.send('play', {});
  await vi.waitFor(() => expect(frames.at(-1)!.step).toBe(1), 20_000);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(frames.at(-1)!.step).toBe(1);
  await connection.send('setPace', { stepsPerSecond: null });
  await vi.waitFor(() => expect(frames.at(-1)!.step).toBeGreaterThan(500), 20_000);
});

test.for([0, -1, NaN, Infinity])('a pace of %s is refused, and says what would be right', async (stepsPerSecond) => {
  const { connection } = await clocked();
  await expect(connection.send('setPace', { stepsPerSecond })).rejects.toThrow(
    new InputError(`no pace: ${stepsPerSecond} steps per second; use a number above 0, or null for no cap`),
  );
});

test('entropy and strength are measured at multiples of 20 steps, ten times a second at most, and at a pause', async () => {
  const { connection, frames, play } = await clocked();
  await connection.send('setPace', { stepsPerSecond: 1000 });
  const steps = await play(2000);
  for (const id of ['strength', 'batchEntropy']) {
    const at = frames.flatMap(({ records }) => records.filter((r) => r.instrument === id).map((r) => r.step));
    expect([at[0], at.at(-1)]).toEqual([0, steps]);
    expect(at.slice(0, -1).filter((step) => step % 20 !== 0)).toEqual([]);
    expect(at.length).toBeLessThanOrEqual(22);
    expect(at.length).toBeGreaterThan(10);
  }
});

test('a page that draws nothing gets a frame every two seconds, and every loss in it', async () => {
  const { connection, frames, page, pass } = await clocked();
  await connection.send('setPace', { stepsPerSecond: 100 });
  page.isDrawing = false;
  await connection.send('play', {});
  await pass(500);
  const { length } = frames;
  await pass(1400);
  expect(frames).toHaveLength(length);
  await pass(4500);
  expect(frames.length).toBeGreaterThanOrEqual(length + 2);
  expect(frames.length).toBeLessThanOrEqual(length + 3);
  expect(frames.flatMap(({ losses }) => [...losses])).toHaveLength(frames.at(-1)!.step);
});
