import type { NetworkNode, Network } from './network.ts';
import { INPUT } from './network.ts';
import { areaOf } from '../core/shape.ts';

/** What output index 0 of a node sees along one axis, in input pixels; index u sees the same, u · jump further. */
export interface AxisField {
  readonly jump: number;
  readonly first: number;
  readonly last: number;
}

/** The part of the input that a node's unit 0 can see. */
export interface TheoreticalField {
  readonly rows: AxisField;
  readonly columns: AxisField;
  /** False when paths with different centres, or different jumps, meet before this node. */
  readonly aligned: boolean;
}

const centre = (axis: AxisField) => (axis.first + axis.last) / 2;

/**
 * The theoretical receptive field of every node (Araujo, Norris and Sim, "Computing receptive fields of convolutional
 * neural networks", 2019), extended to graphs: where paths meet, the union. 'global': every pixel reaches the unit.
 */
export function theoreticalFields(net: Network): Map<string, TheoreticalField | 'global'> {
  const pixel: AxisField = { jump: 1, first: 0, last: 0 };
  const fields = new Map<string, TheoreticalField | 'global'>([
    [INPUT, net.input.length === 3 ? { rows: pixel, columns: pixel, aligned: true } : 'global'],
  ]);
  const shapes = new Map([[INPUT, net.input], ...net.nodes.map((node) => [node.id, node.shape] as const)]);
  for (const node of net.nodes) {
    const inputs = node.from.map((id) => fields.get(id)!);
    fields.set(node.id, fieldOf(node, inputs, areaOf(shapes.get(node.from[0]!)!)));
  }
  return fields;
}

function fieldOf(
  node: NetworkNode,
  inputs: readonly (TheoreticalField | 'global')[],
  area: readonly [number, number],
): TheoreticalField | 'global' {
  if (node.layer.isGlobal || inputs.includes('global')) return 'global';
  const local = inputs as readonly TheoreticalField[];
  const joined: TheoreticalField = {
    rows: union(local.map((field) => field.rows)),
    columns: union(local.map((field) => field.columns)),
    aligned: local.every((field) => field.aligned && sameCentre(field, local[0]!)),
  };
  const factor = node.layer.enlarges?.(node.options);
  if (factor) {
    return { ...joined, rows: enlarge(joined.rows, factor[0]), columns: enlarge(joined.columns, factor[1]) };
  }
  const window = node.layer.window?.([area[0], area[1], 1], node.options);
  if (!window) return joined;
  const through = (axis: AxisField, i: 0 | 1, before: number): AxisField => ({
    first: axis.first - before * axis.jump,
    last: axis.last + ((window.size[i] - 1) * window.dilation[i] - before) * axis.jump,
    jump: axis.jump * window.stride[i],
  });
  return {
    rows: through(joined.rows, 0, window.padding[0]),
    columns: through(joined.columns, 1, window.padding[2]),
    aligned: joined.aligned,
  };
}

function union(axes: readonly AxisField[]): AxisField {
  return {
    jump: axes[0]!.jump,
    first: Math.min(...axes.map((axis) => axis.first)),
    last: Math.max(...axes.map((axis) => axis.last)),
  };
}

function sameCentre(a: TheoreticalField, b: TheoreticalField): boolean {
  const same = (p: AxisField, q: AxisField) => p.jump === q.jump && centre(p) === centre(q);
  return same(a.rows, b.rows) && same(a.columns, b.columns);
}

/** Repetition by `factor`: a smaller jump, and the union over the repeated pixels. */
function enlarge(axis: AxisField, factor: number): AxisField {
  const jump = axis.jump / factor;
  return { jump, first: axis.first - (factor - 1) * jump, last: axis.last };
}

/** Field of the unit at this row and column. */
export function fieldAt(
  field: TheoreticalField,
  [row, column]: readonly [number, number],
): { top: number; left: number; height: number; width: number } {
  const { rows, columns } = field;
  return {
    top: rows.first + row * rows.jump,
    left: columns.first + column * columns.jump,
    height: rows.last - rows.first + 1,
    width: columns.last - columns.first + 1,
  };
}
