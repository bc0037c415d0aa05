import { startEngine, type Engine } from '#kernels';
import { openDesk, type JobContext } from './explain/desk.ts';
import { explainAnswers } from './explain/answers.ts';
import { CancelledError, InputError } from '../core/errors.ts';
import { nextTask } from '../core/inTurn.ts';
import type { LoadedDataset } from '../datasets/dataset.ts';
import { datasets } from '../datasets/registry.ts';
import { datasetFromIdxFiles } from '../interop/datasetFromIdxFiles.ts';
import { DivergedError } from '../training/checkpoint.ts';
import { frameGate } from './frameGate.ts';
import { inOrder } from './inOrder.ts';
import { memoryInUse } from './memory.ts';
import { metronome } from './metronome.ts';
import { sleep } from './pace.ts';
import { plainError } from './plainError.ts';
import { speedMeter } from './speedMeter.ts';
import {
  buffersIn,
  type CommandName,
  type Commands,
  type Divergence,
  type Frame,
  type FromSession,
  type PartOf,
  type Post,
  type RunDescription,
  type RunSummary,
  type ToSession,
} from './protocol.ts';
import { startRun, type Run } from './run.ts';
import { slice } from './slice.ts';
import { summarizeData, summarizeRun } from './summaries.ts';

/** Pause between turns while nothing trains; also the longest before a command is heeded. */
const SETTLE_MS = 15;

type Answers = {
  [N in CommandName]: (take: Commands[N]['take'], context: JobContext<PartOf<N>>) => Promise<Commands[N]['answer']>;
};

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
  let lossesSince: number[] = [];
  let divergence: Divergence | null = null;
  const speed = speedMeter();
  const beats = metronome();
  const gate = frameGate();
  let engine: Promise<Engine> | null = null;
  let hasNews = false;
  /** Commands that touch the run and turns of the loop take place one after the other. */
  const exclusive = inOrder();

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
    speed.reset();
    if (before) next.reselect(before);
    wake();
    return summarizeRun(next.model, next.trainer);
  }

  const wake = () => void loop();

  /** Runs while there is something to do: steps while playing, then whatever is left to measure and to send. */
  async function loop(): Promise<void> {
    hasNews = true;
    if (isLooping) return;
    isLooping = true;
    try {
      for (;;) {
        const isSettled = await exclusive(turn);
        if (!isPlaying && isSettled && !hasNews) break;
        const wait = isPlaying ? beats.wait(performance.now()) : SETTLE_MS;
        await (wait === 0 ? nextTask() : sleep(Math.min(wait, SETTLE_MS)));
      }
    } catch (error) {
      isPlaying = false;
      tell({ type: 'failure', id: 0, error: plainError(error) });
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
      if (isPlaying && beats.wait(performance.now()) === 0) await train(run);
      const isSettled = await run.measure({ isPlaying });
      sendFrame(run);
      return isSettled;
    } catch (error) {
      if (!(error instanceof DivergedError)) throw error;
      stopDiverged(error);
      return false;
    }
  }

  async function train(current: Run): Promise<void> {
    hasNews = true;
    lossesSince.push(...(await slice(current, beats, () => !isPlaying)));
    speed.note(current.trainer.step);
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
    if (!hasNews || !gate.isOpen(now)) return;
    gate.sent(now);
    hasNews = false;
    const frame: Frame = {
      run: runNumber,
      step: current.trainer.step,
      epoch: current.trainer.epoch,
      playing: isPlaying,
      stepsPerSecond: isPlaying ? speed.rate : 0,
      losses: Float32Array.from(lossesSince),
      divergence,
      ...current.takeFindings(),
    };
    lossesSince = [];
    tell({ type: 'frame', frame });
  }

  /** A command that explains works on weights that nobody changes meanwhile; training goes on beside it. */
  const explaining = <N extends keyof typeof explainAnswers>(name: N) =>
    (async (take: Commands[N]['take'], context: JobContext<PartOf<N>>) => {
      const current = demandRun();
      const desk = await exclusive(() => openDesk(current, dataOfRun!, take.step));
      try {
        return await explainAnswers[name](desk, take, context);
      } finally {
        desk.model.dispose();
      }
    }) as Answers[N];

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
        return install(startRun(data, wanted, wake), wanted, data);
      }),
    async dropData() {
      data = dataOfRun;
      return null;
    },
    async play() {
      demandRun();
      isPlaying = true;
      divergence = null;
      speed.reset();
      wake();
      return null;
    },
    async pause() {
      isPlaying = false;
      wake();
      return null;
    },
    async setPace({ stepsPerSecond }) {
      beats.set(stepsPerSecond);
      speed.reset();
      return null;
    },
    async step() {
      isPlaying = false;
      await exclusive(async () => {
        const { trainer } = demandRun();
        await trainer.advance();
        lossesSince.push(...(await trainer.losses()));
      });
      wake();
      return null;
    },
    async select(selection) {
      demandRun().select(selection);
      wake();
      return null;
    },
    async evaluate() {
      const result = await exclusive(() => demandRun().evaluateAll());
      wake();
      return result;
    },
    recover: ({ learningRate }) =>
      exclusive(async () => {
        const good = await demandRun().trainer.checkpoint();
        const wanted = { ...description!, recipe: { ...description!.recipe, learningRate } };
        const next = startRun(dataOfRun!, wanted, wake, demandRun().pinned);
        next.trainer.restore(good);
        return install(next, wanted, dataOfRun!);
      }),
    measure: explaining('measure'),
    attribute: explaining('attribute'),
    references: explaining('references'),
    ablate: explaining('ablate'),
    score: explaining('score'),
    optimizeInput: explaining('optimizeInput'),
    async pin({ pin }) {
      demandRun().pin(pin);
      wake();
      return null;
    },
    memory: async () => memoryInUse(),
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
    const part = (value: PartOf<N>) => tell({ type: 'part', id, value });
    try {
      const value = await answers[name](take, { signal: controller.signal, progress, part });
      if (controller.signal.aborted) throw new CancelledError(name);
      tell({ type: 'answer', id, value });
    } catch (error) {
      if (error instanceof DivergedError) {
        stopDiverged(error);
        wake();
      }
      tell({ type: 'failure', id, error: plainError(error) });
    } finally {
      jobs.delete(id);
    }
  }

  tell({ type: 'ready' });
  return (message) => {
    if (message.type === 'drawn') {
      gate.drawn();
    } else if (message.type === 'cancel') {
      jobs.get(message.id)?.abort();
    } else {
      void handle(message.id, message.name, message.take);
    }
  };
}
