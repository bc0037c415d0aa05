import { expect, test } from 'vitest';
import { compileStreams, differentiate, evaluateExpression, parseExpression, simplified, streams } from '#kernels';
import { stream } from '../../support/kernelCases.ts';

const FORMULAS = 1500;
const names = ['x', 'a', 'b'];

const { uniform, whole } = stream(11);
const pick = (items: readonly string[]) => items[whole(0, items.length - 1)]!;

/** A random formula; divisors are at least 1, so that 0 · ∞, which simplifying takes for 0, does not come up. */
function formula(depth: number): string {
  if (depth === 0 || uniform() < 0.1) return pick([...names, 'x', '0', '1', '-1', '2', '0.5', '-3']);
  const operand = () => `(${formula(depth - 1)})`;
  const forms: readonly (() => string)[] = [
    () => `${operand()} ${pick(['+', '-', '*'])} ${operand()}`,
    () => `${operand()} / (1 + abs(${operand()}))`,
    () => `-${operand()}`,
    () => `${operand()}^${pick(['0', '1', '2', '3'])}`,
    () => `if(${operand()} ${pick(['<', '<=', '>', '>=', '==', '!='])} ${operand()}, ${operand()}, ${operand()})`,
    () => `${pick(['min', 'max'])}(${operand()}, ${operand()})`,
    () => `${pick(['abs', 'sign', 'relu', 'tanh', 'sin', 'cos', 'sigmoid', 'softplus', 'erf'])}${operand()}`,
  ];
  return forms[whole(0, forms.length - 1)]!();
}

const isNear = (found: number, wanted: number, error: number) =>
  Math.abs(found - wanted) <= error * Math.max(1, Math.abs(wanted));

test('random formulas stay what they are when simplified, differentiated and run over arrays', () => {
  const wrong: string[] = [];
  let slopes = 0;
  for (let i = 0; i < FORMULAS; i++) {
    const text = formula(4);
    const expression = parseExpression(text, { names });
    const place = { x: 4 * uniform() - 2, a: 4 * uniform() - 2, b: 4 * uniform() - 2 };
    const at = (x: number) => evaluateExpression(expression, { ...place, x });
    const value = at(place.x);
    if (!isNear(evaluateExpression(simplified(expression), place), value, 1e-9)) wrong.push(`simplified ${text}`);

    const derivative = differentiate(expression, 'x');
    const slope = evaluateExpression(derivative, place);
    const secant = (h: number) => (at(place.x + h) - at(place.x - h)) / (2 * h);
    // Two steps that agree: no kink or jump is near, and the finite difference means something.
    if (isNear(secant(1e-6), secant(3e-6), 1e-6) && Math.abs(secant(1e-6)) < 1e4) {
      slopes++;
      if (!isNear(slope, secant(1e-6), 1e-4)) wrong.push(`derivative of ${text}`);
    }

    const element = (name: string) => ({ name, kind: 'element' }) as const;
    const program = streams({
      inputs: names.map(element),
      outputs: [
        { ...element('value'), values: [expression] },
        { ...element('slope'), values: [derivative] },
      ],
    });
    const arrays = [place.x, place.a, place.b, 0, 0].map((number) => Float64Array.of(number));
    compileStreams(program)(arrays, 1, 1);
    if (!isNear(arrays[3]![0]!, value, 1e-9) || !isNear(arrays[4]![0]!, slope, 1e-7)) wrong.push(`program of ${text}`);
  }
  expect(wrong).toEqual([]);
  expect(slopes).toBeGreaterThan(FORMULAS / 2);
});
