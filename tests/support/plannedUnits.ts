import { network, type NodeSpec } from '#src';

const mlp: readonly NodeSpec[] = [
  { kind: 'dense', units: 8 },
  { kind: 'activate', fn: 'tanh' },
  { kind: 'dense', units: 8 },
  { kind: 'activate', fn: 'tanh' },
  { kind: 'dense', units: 2 },
];
const smallConv: readonly NodeSpec[] = [
  { kind: 'conv2d', filters: 16, size: 3 },
  { kind: 'activate', fn: 'relu' },
  { kind: 'conv2d', filters: 16, size: 3, stride: 2 },
  { kind: 'activate', fn: 'relu' },
  { kind: 'maxPool' },
  { kind: 'conv2d', filters: 32, size: 3 },
  { kind: 'activate', fn: 'relu' },
  { kind: 'flatten' },
  { kind: 'dense', units: 10 },
];

/** Three stages of two residual blocks; the first block of a later stage halves the image and projects the skip. */
function residual(): NodeSpec[] {
  const nodes: NodeSpec[] = [];
  const put = (spec: NodeSpec): string => {
    nodes.push({ ...spec, id: `n${nodes.length}` });
    return `n${nodes.length - 1}`;
  };
  const relu = () => put({ kind: 'activate', fn: 'relu' });
  const conv = (filters: number, size: number, stride: number, from?: string) => {
    put({ kind: 'conv2d', filters, size, stride, ...(from ? { from } : {}) });
    return put({ kind: 'batchNorm' });
  };
  conv(16, 3, 1);
  let last = relu();
  for (const [stage, filters] of [16, 32, 64].entries()) {
    for (const block of [0, 1]) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const skip = last;
      conv(filters, 3, stride, skip);
      relu();
      const main = conv(filters, 3, 1);
      put({ kind: 'add', from: [main, stride === 2 ? conv(filters, 1, 2, skip) : skip] });
      last = relu();
    }
  }
  put({ kind: 'globalAvgPool' });
  put({ kind: 'dense', units: 10 });
  return nodes;
}

/** The units of work that the three engines are timed on. */
export const plannedUnits = [
  { name: 'MLP-S', net: network([2], mlp), batch: 32 },
  { name: 'CNN-S', net: network([16, 16, 3], smallConv), batch: 64 },
  { name: 'CNN-M', net: network([32, 32, 3], residual()), batch: 64 },
];
