import { operations } from '#kernels';
import { InputError } from '../core/errors.ts';
import { describeShape, sameShape, sizeOf } from '../core/shape.ts';
import { sumOf } from '../core/sumOf.ts';
import { defineLayer } from './layer.ts';

/** The sum of inputs of one shape: a skip connection. */
export const add = defineLayer({
  id: 'add',
  title: 'Add',
  summary: 'Adds two or more inputs of the same shape.',
  role: 'sum',
  inputs: 'many',
  options: {},
  shape(inputs) {
    const [first, ...rest] = inputs;
    const other = rest.find((shape) => !sameShape(shape, first!));
    if (other) {
      throw new InputError(
        `shapes to add differ: ${describeShape(first!)} and ${describeShape(other)}; make them equal, for example with a 1 × 1 conv2d on one of them`,
      );
    }
    return first!;
  },
  apply: ([first, ...rest]) => sumOf(first!, ...rest),
  pull: (r, { inputs }) => inputs.map(() => r),
  lower({ inputs, batch, output, emit }) {
    const size = batch * sizeOf(inputs[0]!.shape);
    const sum = inputs.reduce<number | null>((sofar, { buffer }) => {
      if (sofar === null) return buffer;
      const y = output();
      emit(operations.add, [sofar, buffer, y], { size });
      return y;
    }, null);
    return { output: sum!, back: ({ pass }) => inputs.forEach((_, i) => pass(i)) };
  },
  detail: () => 'of its inputs',
});
