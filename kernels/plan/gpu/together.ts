import { ABSENT } from '../plan.ts';
import type { Lanes, Pass, Shader } from './pass.ts';

/** A share of the threads of a pass. */
export interface Task {
  readonly threads: number;
  /** Statements of its thread number `id`. */
  readonly body: (shader: Shader) => string;
}

/** One dispatch for all tasks: those that take longest come first. */
export function together(tasks: readonly Task[], lanes: Lanes, result = ABSENT): Pass {
  return {
    threads: tasks.reduce((sum, task) => sum + task.threads, 0),
    lanes,
    ...(result === ABSENT ? {} : { result }),
    body: (shader) =>
      tasks
        .map((task, i) => {
          const own = task.body(shader);
          const isLast = i === tasks.length - 1;
          return isLast ? own : `if (id < ${task.threads}) {\n${own}\nreturn;\n}\nid -= ${task.threads};`;
        })
        .join('\n'),
  };
}
