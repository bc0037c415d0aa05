import { startEngine, type EngineOptions } from '#kernels';

/** Starts the engine in a worker and answers with what it became, or with the error. */
globalThis.onmessage = async ({ data }: MessageEvent<EngineOptions>) => {
  try {
    globalThis.postMessage(await startEngine(data));
  } catch (error) {
    globalThis.postMessage(String(error));
  }
};
