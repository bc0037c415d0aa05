import * as tf from '@tensorflow/tfjs-core';
import { startEngine, type Engine } from '#kernels';
import { CancelledError, InputError } from '../core/errors.ts';
import { nextTask } from '../core/inTurn.ts';
import type { LoadedDataset } from '../datasets/dataset.ts';
import { datasets } from '../datasets/registry.ts';
import { datasetFromIdxFiles } from '../interop/datasetFromIdxFiles.ts';
import { DivergedError } from '../training/checkpoint.ts';
import { sleep } from './pace.ts';
import {
  buffersIn,
  type CommandName,
  type Commands,
  type Divergence,
  type Frame,
  type FromSession,
  type PlainError,
  type Post,
  type RunDescription,
  type RunSummary,
  type ToSession,
} from './protocol.ts';
import { startRun, type Run } from './run.ts';
import { summarizeData, summarizeRun } from './summaries.ts';

/** Frames are at least this far apart. */
const FRAME_MS = 66;
/** Steps run back to back for this long before messages are let in. */
const SLICE_MS = 8;
/** Pause between turns while nothing trains. */
const SETTLE_MS = 15;
/** Steps per second are taken over this long. */
const SPEED_WINDOW_MS = 1500;

type Answers = {
  [N in CommandName]: (take: Commands[N]['take'], context: JobContext) => Promise<Commands[N]['answer']>;
};
interface JobContext {
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}

/**
 * The engine's side of the conversation: owns data, model and training, answers commands, and sends frames. It lives
 * in a worker, or on the page where workers are forbidden; either way it only knows messages.
 */
export function openSession(post: Post<FromSession>): (message: ToSession) => void {
  const jobs = new Map<number, AbortController>();
  let data: LoadedDataset | null = null;
  /** What the run in place trains on. Differs from `data` between loading and setting up. */
  let dataOfRun: LoadedDataset | null = null;
  let description: RunDescription | null = null;
  let run: Run | null = null;
  let runNumber = 0;
  let isPlaying = false;
  let isLooping = false;
  let isDrawn = true;
  let lastFrame = 0;
  let lossesSince: number[] = [];
  let divergence: Divergence | null = null;
  let speed: { at: number; step: number }[] = [];
  let engine: Promise<Engine> | null = null;
  let hasNews = false;
  let queue: Promise<unknown> = Promise.resolve();

  const tell = (message: FromSession) => post(message, [...buffersIn(message)]);

  const demandRun = (): Run => {
    if (!run) throw new InputError('no run yet; set one up first');
    return run;
  };

  async function takeData(loaded: LoadedDataset) {
    data = loaded;
    return summarizeData(loaded);
  }

  /** Puts a new run in the place of the old one; the selection stays where it still exists. */
  function install(next: Run, wanted: RunDescription, trainedOn: LoadedDataset): RunSummary {
    const before = run?.selection;
    run?.dispose();
    run = next;
    dataOfRun = trainedOn;
    description = wanted;
    runNumber += 1;
    lossesSince = [];
    divergence = null;
    speed = [];
    if (before) next.reselect(before);
    void loop();
    return summarizeRun(next.model, next.trainer.plan);
  }

  /** Commands that touch the run and turns of the loop take place one after the other. */
  function exclusive<T>(job: () => Promise<T>): Promise<T> {
    const result = queue.then(job);
    queue = result.catch(() => undefined);
    return result;
  }

  /** Runs while there is something to do: steps while playing, then whatever is left to measure and to send. */
  async function loop(): Promise<void> {
    hasNews = true;
    if (isLooping) return;
    isLooping = true;
    try {
      for (;;) {
        const isSettled = await exclusive(turn);
        if (!isPlaying && isSettled && !hasNews) break;
        await (isPlaying ? nextTask() : sleep(SETTLE_MS));
      }
    } catch (error) {
      isPlaying = false;
      tell({ type: 'failure', id: 0, error: plain(error) });
    } finally {
      isLooping = false;
    }
  }

  /** Returns true when nothing is left to measure at this step. */
  async function turn(): Promise<boolean> {
    if (!run) {
      hasNews = false;
      return true;
    }
    try {
      if (isPlaying) await slice(run);
      const isSettled = await run.measure({ isPlaying });
      sendFrame(run);
      return isSettled;
    } catch (error) {
      if (!(error instanceof DivergedError)) throw error;
      stopDiverged(error);
      return false;
    }
  }

  async function slice(current: Run): Promise<void> {
    const end = performance.now() + SLICE_MS;
    do {
      await current.trainer.advance();
      // Entropy and strength are due every 20 steps exactly.
      if (current.trainer.step % 20 === 0) break;
    } while (performance.now() < end && isPlaying);
    hasNews = true;
    lossesSince.push(...(await current.trainer.losses()));
    speed.push({ at: performance.now(), step: current.trainer.step });
    while (speed.length > 2 && speed[0]!.at < performance.now() - SPEED_WINDOW_MS) speed.shift();
  }

  function stopDiverged(error: DivergedError): void {
    isPlaying = false;
    hasNews = true;
    divergence = { node: error.node, step: error.step, lastGood: error.lastGood.step, message: error.message };
    lossesSince = [];
  }

  function sendFrame(current: Run): void {
    const now = performance.now();
    if (current.hasFindings) hasNews = true;
    if (!hasNews || !isDrawn || now - lastFrame < FRAME_MS) return;
    isDrawn = false;
    hasNews = false;
    lastFrame = now;
    const first = speed[0];
    const last = speed[speed.length - 1];
    const isMoving = isPlaying && first && last && last.at > first.at;
    const frame: Frame = {
      run: runNumber,
      step: current.trainer.step,
      epoch: current.trainer.epoch,
      playing: isPlaying,
      stepsPerSecond: isMoving ? (1000 * (last.step - first.step)) / (last.at - first.at) : 0,
      losses: Float32Array.from(lossesSince),
      divergence,
      ...current.takeFindings(),
    };
    lossesSince = [];
    tell({ type: 'frame', frame });
  }

  const answers: Answers = {
    async start({ tier }) {
      engine ??= startEngine(tier ? { tier } : {});
      return engine;
    },
    async generateData({ id, options }, { signal, progress }) {
      const dataset = datasets.get(id);
      return takeData(await dataset.load(options, { signal, onProgress: (done) => progress(done, 1) }));
    },
    readData: async ({ files }) => takeData(await datasetFromIdxFiles(files)),
    useData: ({ data: loaded }) => takeData(loaded),
    setUp: (wanted) =>
      exclusive(async () => {
        if (!data) throw new InputError('no data yet; load some first');
        // Built before the old run goes: a description that does not fit loses nothing.
        return install(startRun(data, wanted), wanted, data);
      }),
    async dropData() {
      data = dataOfRun;
      return null;
    },
    async play() {
      demandRun();
      isPlaying = true;
      divergence = null;
      speed = [];
      void loop();
      return null;
    },
    async pause() {
      isPlaying = false;
      void loop();
      return null;
    },
    async step() {
      isPlaying = false;
      await exclusive(async () => {
        const { trainer } = demandRun();
        await trainer.advance();
        lossesSince.push(...(await trainer.losses()));
      });
      void loop();
      return null;
    },
    async select(selection) {
      const current = demandRun();
      current.select(selection);
      void loop();
      return null;
    },
    async evaluate() {
      const result = await exclusive(() => demandRun().evaluateAll());
      void loop();
      return result;
    },
    recover: ({ learningRate }) =>
      exclusive(async () => {
        const good = await demandRun().trainer.checkpoint();
        const wanted = { ...description!, recipe: { ...description!.recipe, learningRate } };
        const next = startRun(dataOfRun!, wanted);
        next.trainer.restore(good);
        return install(next, wanted, dataOfRun!);
      }),
    async memory() {
      // Cast: the webgpu backend adds a field that the type does not know. It counts the buffers kept for reuse as well.
      const { numTensors, numBytes, numBytesAllocatedInGPU } = tf.memory() as ReturnType<typeof tf.memory> & {
        numBytesAllocatedInGPU?: number;
      };
      return { tensors: numTensors, bytes: numBytes, deviceBytes: numBytesAllocatedInGPU ?? null };
    },
    async dispose() {
      isPlaying = false;
      await exclusive(async () => {
        run?.dispose();
        run = null;
        data = dataOfRun = null;
      });
      return null;
    },
  };

  async function handle<N extends CommandName>(id: number, name: N, take: Commands[N]['take']): Promise<void> {
    const controller = new AbortController();
    jobs.set(id, controller);
    const progress = (done: number, total: number) => tell({ type: 'progress', id, done, total });
    try {
      const value = await answers[name](take, { signal: controller.signal, progress });
      if (controller.signal.aborted) throw new CancelledError(name);
      tell({ type: 'answer', id, value });
    } catch (error) {
      if (error instanceof DivergedError) {
        stopDiverged(error);
        void loop();
      }
      tell({ type: 'failure', id, error: plain(error) });
    } finally {
      jobs.delete(id);
    }
  }

  tell({ type: 'ready' });
  return (message) => {
    if (message.type === 'drawn') {
      isDrawn = true;
    } else if (message.type === 'cancel') {
      jobs.get(message.id)?.abort();
    } else {
      void handle(message.id, message.name, message.take);
    }
  };
}

function plain(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const where = error instanceof InputError ? error.where : undefined;
  return { name: error.name, message: error.message, ...(where ? { where } : {}) };
}
