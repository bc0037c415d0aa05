import { expect, test } from 'vitest';
import { differentiate, elementwise, evaluateExpression, parseExpression, simplified, streams } from '#kernels';
import { messageOf } from '../message.ts';

const names = ['x', 'a', 'b'];
const read = (text: string) => parseExpression(text, { names });
const sigma = (x: number) => 1 / (1 + Math.exp(-x));

/** Formulas with what they mean in JavaScript; none has a kink at the places below. */
const meanings: readonly [formula: string, meaning: (x: number, a: number, b: number) => number][] = [
  ['1 + 2 * x - 3', (x) => 1 + 2 * x - 3],
  ['x - a - b', (x, a, b) => x - a - b],
  ['x / a / b', (x, a, b) => x / a / b],
  ['x / (a * b)', (x, a, b) => x / (a * b)],
  ['-x^2', (x) => -(x * x)],
  ['(-x)^3', (x) => -(x * x * x)],
  ['2^3^2 * x', (x) => 512 * x],
  ['a^-1.5 + a^0.3', (_, a) => 1 / (a * Math.sqrt(a)) + a ** 0.3],
  ['x * -a', (x, a) => -x * a],
  ['.5e1 * x + 1e-2', (x) => 5 * x + 0.01],
  ['2 * pi * x', (x) => 2 * Math.PI * x],
  ['max(0, x) + a * min(x, 0)', (x, a) => (x > 0 ? x : a * x)],
  ['max(x, a, b) - min(x, a, b)', (x, a, b) => Math.max(x, a, b) - Math.min(x, a, b)],
  ['abs(x) + sign(x) * relu(x)', (x) => Math.abs(x) + (x > 0 ? x : 0)],
  ['exp(x) + expm1(x) + exp(-x)', (x) => 2 * Math.exp(x) - 1 + Math.exp(-x)],
  ['log(a) + log1p(b)', (_, a, b) => Math.log(a) + Math.log(1 + b)],
  ['sqrt(a) + square(x)', (x, a) => Math.sqrt(a) + x * x],
  ['sin(a * x) * cos(b * x)', (x, a, b) => Math.sin(a * x) * Math.cos(b * x)],
  ['tanh(a * x) + sigmoid(b * x)', (x, a, b) => Math.tanh(a * x) + sigma(b * x)],
  ['softplus(a * x) / a', (x, a) => Math.log(1 + Math.exp(a * x)) / a],
  ['x * tanh(softplus(x))', (x) => x * Math.tanh(Math.log(1 + Math.exp(x)))],
  ['max(0, x) * exp(a - b * relu(x))', (x, a, b) => (x > 0 ? x * Math.exp(a - b * x) : 0)],
  ['if(x > 0, x, a * expm1(x))', (x, a) => (x > 0 ? x : a * (Math.exp(x) - 1))],
  ['if(x >= a, 1, x) - if(b <= x, 3, x)', (x, a, b) => (x < a ? x : 1) - (b > x ? x : 3)],
  ['if(x < b, x, b)', (x, _, b) => Math.min(x, b)],
  ['if(a == a, x, 7) - if(x != x, 7, 2 * x)', (x) => -x],
];

const places = [
  { x: 0.7, a: 1.3, b: 0.4 },
  { x: -1.9, a: 0.6, b: 2.2 },
  { x: 2.5, a: 0.31, b: 1.7 },
];

test.for(meanings)('%s means what it says', ([formula, meaning]) => {
  for (const place of places) {
    const wanted = meaning(place.x, place.a, place.b);
    expect(evaluateExpression(read(formula), place)).toBeCloseTo(wanted, 12);
    expect(evaluateExpression(simplified(read(formula)), place)).toBeCloseTo(wanted, 12);
  }
});

/** Central differences in float64 with this step are good to about 1e-9. */
const STEP = 1e-5;

test.for(meanings)('the derivatives of %s are those of finite differences', ([formula]) => {
  const expression = read(formula);
  for (const place of places) {
    for (const by of names) {
      const at = (value: number) => evaluateExpression(expression, { ...place, [by]: value });
      const own = place[by as 'x'];
      const wanted = (at(own + STEP) - at(own - STEP)) / (2 * STEP);
      const found = evaluateExpression(differentiate(expression, by), place);
      expect(Math.abs(found - wanted)).toBeLessThan(1e-7 * Math.max(1, Math.abs(wanted)));
    }
  }
});

test('a derivative can be differentiated again', () => {
  const third = ['x', 'x', 'x'].reduce(differentiate, read('sin(2 * x) + x^3 + exp(x)'));
  expect(evaluateExpression(third, { x: 0.7 })).toBeCloseTo(-8 * Math.cos(1.4) + 6 + Math.exp(0.7), 12);
});

test.for([
  ['max(0, x)', 'if(x <= 0, 0, 1)'],
  ['relu(x)', 'if(0 < x, 1, 0)'],
  ['tanh(x)', '1 - square(tanh(x))'],
  ['sigmoid(x)', 'sigmoid(x) * sigmoid(-x)'],
  ['softplus(x)', 'sigmoid(x)'],
  ['x^3 - 3 * x', '3 * square(x) - 3'],
  ['(x + 1)^2 / 2', 'x + 1'],
  ['if(x > 0, x, a * expm1(x))', 'if(0 < x, 1, exp(x) * a)'],
  ['7 * a + b', '0'],
] as const)('the derivative of %s is written %s', ([formula, derivative]) => {
  expect(differentiate(read(formula), 'x')).toEqual(read(derivative));
});

test('at a kink the first operand of a tie and the left branch count', () => {
  const slope = (formula: string, x = 0) => evaluateExpression(differentiate(read(formula), 'x'), { x, a: 0, b: 3 });
  expect(slope('max(0, x)')).toBe(0);
  expect(slope('max(x, 0)')).toBe(1);
  expect(slope('min(x, 0)')).toBe(1);
  expect(slope('min(0, x)')).toBe(0);
  expect(slope('relu(x)')).toBe(0);
  expect(slope('abs(x)')).toBe(-1);
  expect(slope('sign(x)')).toBe(0);
  expect(slope('max(x, x * x)', 1)).toBe(1);
});

test('what a choice leaves out does no harm, not even where it is infinite', () => {
  const place = { x: -1000, a: 1, b: 1 };
  expect(evaluateExpression(differentiate(read('max(0, x) * exp(-a * x)'), 'a'), { ...place, x: -100 })).toBe(0);
  expect(evaluateExpression(differentiate(read('if(x > 0, log(x), x)'), 'x'), { ...place, x: 0 })).toBe(1);
});

test.for([
  ['x +', 'formula ends too early at column 4: nothing follows; use a number, a name or a parenthesis there'],
  ['', 'formula ends too early at column 1: nothing follows; use a number, a name or a parenthesis there'],
  ['max(1, 2', 'formula ends too early at column 9: nothing follows; use ")" there'],
  ['2 * q', 'unknown name at column 5: "q"; known: x, a, b, pi'],
  ['exp', 'unknown name at column 1: "exp"; known: x, a, b, pi'],
  [
    'eval(x)',
    'unknown function at column 1: "eval"; known: abs, sign, relu, min, max, exp, expm1, log, log1p, sqrt, square, sin, cos, ' +
      'tanh, sigmoid, softplus, erf, if',
  ],
  ['x > 2', 'comparison outside if at column 3: ">"; write if(a > b, u, v)'],
  ['if(x, 1, 2)', 'unexpected part at column 5: ","; use a comparison there, as in if(a > b, u, v)'],
  ['if(x > 1, 2)', 'unexpected part at column 12: ")"; use "," there'],
  ['max(x)', 'wrong number of operands at column 1: max has 1; give it 2 or more'],
  ['1 + exp(x, a)', 'wrong number of operands at column 5: exp has 2; give it 1'],
  ['x^a', 'exponent not constant at column 3: "a"; use a number, or exp(b * log(a))'],
  ['2 x', 'unexpected part at column 3: "x"; use an operator, or take it out'],
  ['x)', 'unexpected part at column 2: ")"; use an operator, or take it out'],
  ['* x', 'unexpected part at column 1: "*"; use a number, a name or a parenthesis there'],
  ['x; y', 'unknown character at column 2: ";"; use numbers, names, + - * / ^ < > = ! ( ) and commas'],
  ['1e39', 'number too large at column 1: "1e39"; use less than 3.4e38'],
  ['('.repeat(41), 'formula nested too deep at column 42: ""; use at most 40 levels'],
  ['-'.repeat(41), 'formula nested too deep at column 42: ""; use at most 40 levels'],
  ['x' + ' + x'.repeat(201), 'formula too deep: 201 operations on top of each other; use at most 200'],
  ['x'.repeat(2001), 'formula too long: 2001 characters; use at most 2000'],
] as const)('%s is refused', ([formula, message]) => {
  expect(messageOf(() => read(formula))).toBe(message);
});

test('no name reaches into JavaScript', () => {
  for (const text of ['constructor', '__proto__', 'toString']) {
    expect(messageOf(() => read(`x + ${text}`))).toBe(`unknown name at column 5: "${text}"; known: x, a, b, pi`);
    expect(messageOf(() => read(`${text}(x)`))).toMatch(/^unknown function at column 1: /);
  }
  expect(messageOf(() => evaluateExpression(parseExpression('toString', { names: ['toString'] }), { x: 1 }))).toBe(
    'no value for: "toString"; given: x',
  );
});

test('definitions are refused with the way out', () => {
  const element = (name: string) => ({ name, kind: 'element' }) as const;
  const said = [
    () => elementwise({ value: 'x * y' }),
    () => elementwise({ inputs: ['y'], value: 'y' }),
    () => elementwise({ value: 'x', derivatives: { q: '1' } }),
    () => elementwise({ value: 'x', lets: JSON.parse('{"__proto__": "x"}') as Record<string, string> }),
    () => streams({ inputs: [element('x'), element('x')], outputs: [] }),
    () => streams({ inputs: [{ ...element('x'), parts: ['u', 'v'] }], outputs: [] }),
    () => streams({ inputs: [element('x')], outputs: [{ ...element('y'), values: ['x', 'x'] }] }),
    () => streams({ inputs: [element('x')], outputs: [{ ...element('y'), values: [{ op: 'name', name: 'z' }] }] }),
  ].map(messageOf);
  expect(said).toEqual([
    'unknown name at column 5: "y"; known: x, pi',
    'name is taken: "y"; use each name once',
    'derivative by no input: "q"; known: x',
    'name is taken: "__proto__"; use each name once',
    'name is taken: "x"; use each name once',
    'parts of no group: "x" is element; leave them out',
    'wrong number of values: "y" has 2; give one per number written',
    'unknown name: "z"; known: x',
  ]);
});
