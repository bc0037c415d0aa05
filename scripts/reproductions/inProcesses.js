import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { ask } from '../benchProcess.js';
import { Failure } from '../failure.js';

/**
 * Runs jobs in processes of their own, as many at once as there are processors, and gives their results in order. The
 * program answers each message with { result } or { reason }; the first reason ends all of them.
 * @param {string} program
 * @param {string[]} args
 * @param {object[]} jobs
 * @param {(result: object, done: number) => void} onResult
 */
export async function inProcesses(program, args, jobs, onResult) {
  const results = [];
  const waiting = [...jobs.keys()];
  let done = 0;
  const children = Array.from({ length: Math.min(availableParallelism(), jobs.length) }, () =>
    fork(program, args, { serialization: 'advanced' }),
  );
  const workOff = async (child) => {
    for (let i = waiting.shift(); i !== undefined; i = waiting.shift()) {
      const { result, reason } = await ask(child, jobs[i]);
      if (reason !== undefined) throw new Failure(reason);
      results[i] = result;
      onResult(result, ++done);
    }
  };
  try {
    await Promise.all(children.map(workOff));
  } finally {
    for (const child of children) child.kill();
  }
  return results;
}
