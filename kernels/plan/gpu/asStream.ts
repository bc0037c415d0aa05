import { streams, type StreamProgram } from '../../elementwise/streams.ts';
import type { Operation } from '../plan.ts';

const element = (name: string) => ({ name, kind: 'element' }) as const;
const channel = (name: string) => ({ name, kind: 'channel' }) as const;
const output = (name: string, value: string) => [{ name, kind: 'element', values: [value] }] as const;

const sum = streams({ inputs: [element('a'), element('b')], outputs: output('y', 'a + b') });

const normalized = (epsilon: number) =>
  streams({
    inputs: [element('x'), ...['gamma', 'beta', 'mean', 'variance'].map(channel)],
    lets: { epsilon },
    outputs: output('y', '(x - mean) / sqrt(variance + epsilon) * gamma + beta'),
  });

const normalizedBackward = (epsilon: number) =>
  streams({
    inputs: [channel('gamma'), channel('variance'), element('dy')],
    lets: { epsilon },
    outputs: output('dx', 'dy * gamma / sqrt(variance + epsilon)'),
  });

/** Operations that compute place by place are formulas here, so that they may be fused with others. */
export function asStream(operation: Operation): Operation {
  if ('program' in operation) return operation;
  const { kernel, buffers, dims } = operation;
  const [a, b] = buffers;
  const flat = (program: StreamProgram, own: readonly number[]): Operation => ({
    program,
    buffers: own,
    rows: 1,
    channels: dims.size!,
  });
  const byChannel = (program: StreamProgram): Operation => ({
    program,
    buffers,
    rows: dims.rows!,
    channels: dims.channels!,
  });
  if (kernel.id === 'add') return flat(sum, buffers);
  if (kernel.id === 'addInto') return flat(sum, [a!, b!, b!]);
  if (kernel.id === 'batchNormInference') return byChannel(normalized(dims.epsilon!));
  if (kernel.id === 'batchNormInferenceBackward') return byChannel(normalizedBackward(dims.epsilon!));
  return operation;
}
