import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Starts one engine of the explanations in a process of its own. */
export function startEngine(engine, libraryUrl) {
  return fork(fileURLToPath(new URL('./benchEngine.js', import.meta.url)), [engine, libraryUrl]);
}

/** Starts one engine of the training steps in a process of its own. */
export function startRunner({ engine, flags = [] }, libraryUrl) {
  const path = fileURLToPath(new URL('./benchRunner.js', import.meta.url));
  const child = fork(path, [engine, libraryUrl], { execArgv: flags });
  return { ask: (message) => ask(child, message), kill: () => child.kill() };
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
