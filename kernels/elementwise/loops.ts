import { erf } from './erf.ts';
import type { CoreOperation } from './expand.ts';
import { erfOf, tanhOf } from './rationals.ts';

type Block = Float64Array;

/** One operation on the first `n` numbers of blocks. */
export type Loop = (n: number, y: Block, a: Block, b: Block, u: Block, v: Block) => void;

/** One tight loop per operation. The cheapest go four numbers at a time, which makes them twice as fast: blocks end on a multiple of four. */
export const loops: Readonly<Record<CoreOperation, Loop>> = {
  add: (n, y, a, b) => {
    for (let i = 0; i < n; i += 4) {
      y[i] = a[i]! + b[i]!;
      y[i + 1] = a[i + 1]! + b[i + 1]!;
      y[i + 2] = a[i + 2]! + b[i + 2]!;
      y[i + 3] = a[i + 3]! + b[i + 3]!;
    }
  },
  subtract: (n, y, a, b) => {
    for (let i = 0; i < n; i += 4) {
      y[i] = a[i]! - b[i]!;
      y[i + 1] = a[i + 1]! - b[i + 1]!;
      y[i + 2] = a[i + 2]! - b[i + 2]!;
      y[i + 3] = a[i + 3]! - b[i + 3]!;
    }
  },
  multiply: (n, y, a, b) => {
    for (let i = 0; i < n; i += 4) {
      y[i] = a[i]! * b[i]!;
      y[i + 1] = a[i + 1]! * b[i + 1]!;
      y[i + 2] = a[i + 2]! * b[i + 2]!;
      y[i + 3] = a[i + 3]! * b[i + 3]!;
    }
  },
  divide: (n, y, a, b) => {
    for (let i = 0; i < n; i += 4) {
      y[i] = a[i]! / b[i]!;
      y[i + 1] = a[i + 1]! / b[i + 1]!;
      y[i + 2] = a[i + 2]! / b[i + 2]!;
      y[i + 3] = a[i + 3]! / b[i + 3]!;
    }
  },
  negate: (n, y, a) => {
    for (let i = 0; i < n; i++) y[i] = -a[i]!;
  },
  power: (n, y, a, b) => {
    for (let i = 0; i < n; i++) y[i] = Math.pow(a[i]!, b[i]!);
  },
  min: (n, y, a, b) => {
    for (let i = 0; i < n; i++) y[i] = Math.min(a[i]!, b[i]!);
  },
  max: (n, y, a, b) => {
    for (let i = 0; i < n; i++) y[i] = Math.max(a[i]!, b[i]!);
  },
  abs: (n, y, a) => {
    for (let i = 0; i < n; i++) y[i] = Math.abs(a[i]!);
  },
  exp: (n, y, a) => {
    for (let i = 0; i < n; i++) y[i] = Math.exp(a[i]!);
  },
  expm1: (n, y, a) => {
    for (let i = 0; i < n; i++) y[i] = Math.expm1(a[i]!);
  },
  log: (n, y, a) => {
    for (let i = 0; i < n; i++) y[i] = Math.log(a[i]!);
  },
  log1p: (n, y, a) => {
    for (let i = 0; i < n; i++) y[i] = Math.log1p(a[i]!);
  },
  sqrt: (n, y, a) => {
    for (let i = 0; i < n; i++) y[i] = Math.sqrt(a[i]!);
  },
  sin: (n, y, a) => {
    for (let i = 0; i < n; i++) y[i] = Math.sin(a[i]!);
  },
  cos: (n, y, a) => {
    for (let i = 0; i < n; i++) y[i] = Math.cos(a[i]!);
  },
  tanh: (n, y, a) => {
    for (let i = 0; i < n; i++) y[i] = Math.tanh(a[i]!);
  },
  erf: (n, y, a) => {
    for (let i = 0; i < n; i++) y[i] = erf(a[i]!);
  },
  ifLess: (n, y, a, b, u, v) => {
    for (let i = 0; i < n; i++) y[i] = a[i]! < b[i]! ? u[i]! : v[i]!;
  },
  ifLessEqual: (n, y, a, b, u, v) => {
    for (let i = 0; i < n; i++) y[i] = a[i]! <= b[i]! ? u[i]! : v[i]!;
  },
  ifEqual: (n, y, a, b, u, v) => {
    for (let i = 0; i < n; i++) y[i] = a[i]! === b[i]! ? u[i]! : v[i]!;
  },
};

/** The same where float32 is enough: rational functions in the place of the slowest two. */
export const loops32: Readonly<Record<CoreOperation, Loop>> = {
  ...loops,
  tanh: (n, y, a) => {
    for (let i = 0; i < n; i++) y[i] = tanhOf(a[i]!);
  },
  erf: (n, y, a) => {
    for (let i = 0; i < n; i++) y[i] = erfOf(a[i]!);
  },
};
