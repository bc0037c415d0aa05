import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Starts one engine in a process of its own. */
export function startEngine(engine, libraryUrl) {
  return fork(fileURLToPath(new URL('./benchEngine.js', import.meta.url)), [engine, libraryUrl]);
}

/** Sends one message to an engine and waits for its answer; an engine that dies says so. */
export function ask(child, message) {
  return new Promise((resolve) => {
    const died = (code) => resolve({ reason: `the engine ended with code ${code}` });
    child.once('exit', died);
    child.once('message', (answer) => {
      child.off('exit', died);
      resolve(answer);
    });
    child.send(message);
  });
}

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
