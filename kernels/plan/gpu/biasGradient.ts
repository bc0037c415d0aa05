import type { Lanes } from './pass.ts';
import { loop, typeOf } from './text.ts';
import type { Task } from './together.ts';

/** dbias: one thread per vector of channels. */
export function biasGradient(
  { batch, positions, channels, lanes }: { batch: number; positions: number; channels: number; lanes: Lanes },
  dy: number,
  dbias: number,
  isSet: boolean,
): Task {
  const [vectors, type] = [channels / lanes, typeOf(lanes)];
  return {
    threads: vectors,
    body: (shader) => `
var total = ${type}(0);
${loop('n', 0, batch, `var sum = ${type}(0);\n${loop('p', 0, positions, `sum += ${shader.at(dy, lanes, `(n * ${positions} + p) * ${vectors} + id`)};`)}\ntotal += sum;`)}
${shader.at(dbias, lanes, 'id')} ${isSet ? '=' : '+='} total;`,
  };
}
