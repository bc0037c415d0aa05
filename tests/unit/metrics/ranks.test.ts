import { expect, test } from 'vitest';
import { ascending, averageRanks, descending, pearson, random, spearman } from '#src';

const TOLERANCE = 1e-12;
const list = (length: number, f: (i: number) => number) => Array.from({ length }, (_, i) => f(i));

/** A rank by counting: those below, and half of the equals. */
const countedRanks = (values: readonly number[]) =>
  values.map((v) => {
    const below = values.filter((u) => u < v).length;
    const equal = values.filter((u) => u === v).length;
    return below + (equal + 1) / 2;
  });

/** Correlation by the sum of products: (n Σab − Σa Σb) / √((n Σa² − (Σa)²)(n Σb² − (Σb)²)). */
function counted(a: readonly number[], b: readonly number[]): number {
  const sum = (f: (i: number) => number) => a.reduce((total, _, i) => total + f(i), 0);
  const n = a.length;
  const [sa, sb] = [sum((i) => a[i]!), sum((i) => b[i]!)];
  const top = n * sum((i) => a[i]! * b[i]!) - sa * sb;
  return top / Math.sqrt((n * sum((i) => a[i]! ** 2) - sa ** 2) * (n * sum((i) => b[i]! ** 2) - sb ** 2));
}

test('ranks and correlations of drawn numbers, many of them equal, are those of counting', () => {
  for (let seed = 0; seed < 20; seed++) {
    const source = random(seed);
    const [a, b] = [list(30, () => source.integer(8) - 4), list(30, () => source.integer(50))];
    expect([...averageRanks(a)]).toEqual(countedRanks(a));
    expect(Math.abs(pearson(a, b)! - counted(a, b))).toBeLessThan(TOLERANCE);
    expect(Math.abs(spearman(a, b)! - counted(countedRanks(a), countedRanks(b)))).toBeLessThan(TOLERANCE);
  }
});

test('a rising function keeps the rank correlation at 1, a falling one at -1; the linear one sees the bend', () => {
  const a = list(25, (i) => i - 7);
  const bent = a.map((v) => v ** 3 + 2);
  expect(spearman(a, bent)).toBeCloseTo(1, 12);
  expect(
    spearman(
      a,
      bent.map((v) => -v),
    ),
  ).toBeCloseTo(-1, 12);
  expect(
    pearson(
      a,
      a.map((v) => 5 - 2 * v),
    ),
  ).toBeCloseTo(-1, 12);
  expect(pearson(a, bent)).toBeLessThan(0.95);
});

test('equal values share a rank, and Spearman of 1 2 2 3 with 1 2 3 4 is √0.9', () => {
  expect([...averageRanks([5, 1, 5, 5])]).toEqual([3, 1, 3, 3]);
  expect(spearman([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(Math.sqrt(0.9), 14);
});

test('what does not vary has no correlation', () => {
  expect(pearson([1, 1, 1], [1, 2, 3])).toBeNull();
  expect(spearman([1, 2, 3], [4, 4, 4])).toBeNull();
});

test('orders keep equals by index, both ways', () => {
  expect([...descending([2, 7, 2, 7, -1])]).toEqual([1, 3, 0, 2, 4]);
  expect([...ascending([2, 7, 2, 7, -1])]).toEqual([4, 0, 2, 1, 3]);
});
