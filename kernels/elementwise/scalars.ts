import { erf } from './erf.ts';
import type { Operation } from './expression.ts';

/** What every operation computes, in float64. */
export const scalars: Readonly<Record<Operation, (...x: readonly number[]) => number>> = {
  add: (a, b) => a! + b!,
  subtract: (a, b) => a! - b!,
  multiply: (a, b) => a! * b!,
  divide: (a, b) => a! / b!,
  negate: (a) => -a!,
  power: (a, n) => Math.pow(a!, n!),
  min: (a, b) => Math.min(a!, b!),
  max: (a, b) => Math.max(a!, b!),
  abs: (a) => Math.abs(a!),
  sign: (a) => Math.sign(a!),
  relu: (a) => Math.max(a!, 0),
  exp: (a) => Math.exp(a!),
  expm1: (a) => Math.expm1(a!),
  log: (a) => Math.log(a!),
  log1p: (a) => Math.log1p(a!),
  sqrt: (a) => Math.sqrt(a!),
  square: (a) => a! * a!,
  sin: (a) => Math.sin(a!),
  cos: (a) => Math.cos(a!),
  tanh: (a) => Math.tanh(a!),
  sigmoid: (a) => (a! < 0 ? Math.exp(a!) / (1 + Math.exp(a!)) : 1 / (1 + Math.exp(-a!))),
  softplus: (a) => Math.max(a!, 0) + Math.log1p(Math.exp(-Math.abs(a!))),
  erf: (a) => erf(a!),
  ifLess: (a, b, u, v) => (a! < b! ? u! : v!),
  ifLessEqual: (a, b, u, v) => (a! <= b! ? u! : v!),
  ifEqual: (a, b, u, v) => (a! === b! ? u! : v!),
};

/** How many operands each operation takes. */
export const arity = (op: Operation): number => scalars[op].length;
