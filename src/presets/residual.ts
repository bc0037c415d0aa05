import type { NodeSpec } from '../network/network.ts';
import { conv, isImage, type Preset } from './preset.ts';

/** Two normalised convolutions beside an identity. */
function block(id: string, from: string, filters: number): NodeSpec[] {
  const normalised = (name: string, source: string): NodeSpec[] => [
    { kind: 'conv2d', id: name, from: source, filters, size: 3, bias: false },
    { kind: 'batchNorm', id: `${name}.norm` },
  ];
  return [
    ...normalised(`${id}a`, from),
    { kind: 'activate', id: `${id}a.relu`, fn: 'relu' },
    ...normalised(`${id}b`, `${id}a.relu`),
    { kind: 'add', id: `${id}.sum`, from: [from, `${id}b.norm`] },
    { kind: 'activate', id: `${id}.out`, fn: 'relu' },
  ];
}

export const residual: Preset = {
  id: 'residual',
  title: 'Residual, with batch norm',
  summary: 'Skip connections carry the signal past two blocks; fields stay smaller than the architecture allows.',
  fits: isImage,
  nodes: (_, classes) => [
    ...conv('stem', 8, 3, { stride: 2 }),
    ...block('block1', 'stem.relu', 8),
    ...block('block2', 'block1.out', 8),
    ...conv('conv', 16, 3, { stride: 2 }),
    { kind: 'globalAvgPool', id: 'mean' },
    { kind: 'dense', id: 'dense', units: classes },
  ],
};
