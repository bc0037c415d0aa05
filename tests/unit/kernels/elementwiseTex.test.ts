import { expect, test } from 'vitest';
import { parseExpression, toTex, type Expression } from '#kernels';
import { messageOf } from '../message.ts';

const names = ['x', 'y', 'alpha', 'beta1', 'slope', 'x_2', 'my_name'];

/** Parentheses as the eye wants them, without \left and \right. */
const tex = (formula: string) => toTex(parseExpression(formula, { names })).replaceAll(/\\(left|right)(?=[()|])/g, '');

test.for([
  ['x + y - 1', 'x + y - 1'],
  ['x - (y + 1)', 'x - (y + 1)'],
  ['x - (y - 1)', 'x - (y - 1)'],
  ['-x + y', '-x + y'],
  ['x + -y', 'x + (-y)'],
  ['-(x + y)', '-(x + y)'],
  ['2 * x * 3', '2 \\, x \\cdot 3'],
  ['2 * (x + y)', '2 \\, (x + y)'],
  ['(x + y) / (2 * y)', '\\frac{x + y}{2 \\, y}'],
  ['(x / y)^2', '(\\frac{x}{y})^{2}'],
  ['-x^2', '-x^{2}'],
  ['(-x)^2', '(-x)^{2}'],
  ['x * -y', 'x \\, (-y)'],
  ['exp(-x^2 / 2)', 'e^{\\frac{-x^{2}}{2}}'],
  ['square(exp(x))', '(e^{x})^2'],
  ['2 * expm1(x)', '2 \\, (e^{x} - 1)'],
  ['max(0, x) * exp(1 - alpha * relu(x))', '\\max(0, x) \\, e^{1 - \\alpha \\, \\max(0, x)}'],
  ['abs(x)^3 + sqrt(x + 1)', '|x|^{3} + \\sqrt{x + 1}'],
  ['square(tanh(x))', '(\\tanh(x))^2'],
  ['sigmoid(beta1 * x) + softplus(slope)', '\\sigma(\\beta_{1} \\, x) + \\ln(1 + e^{\\mathrm{slope}})'],
  ['log1p(x - 1) * log(x_2)', '\\ln(1 + (x - 1)) \\, \\ln(x_{2})'],
  ['if(x > 0, x, y + 1)', '\\begin{cases} x & 0 < x \\\\ y + 1 & \\text{else} \\end{cases}'],
  ['1 + if(x <= 0, x, y)', '1 + (\\begin{cases} x & x \\le 0 \\\\ y & \\text{else} \\end{cases})'],
  ['erf(x * 0.7071067811865476)', '\\operatorname{erf}(x \\cdot 0.70711)'],
  ['sign(x) * 1e-8 + 2.5e-7', '\\operatorname{sgn}(x) \\cdot 10^{-8} + 2.5 \\cdot 10^{-7}'],
  ['my_name', '\\mathrm{my\\_name}'],
] as const)('%s is typeset', ([formula, wanted]) => {
  expect(tex(formula)).toBe(wanted);
});

test('a formula that would fill pages is refused', () => {
  let sum: Expression = parseExpression('x', { names });
  for (let i = 0; i < 60; i++) sum = { op: 'add', args: [sum, sum] };
  expect(messageOf(() => toTex(sum))).toBe(
    'formula too long to show: more than 20000 characters; show its parts on their own',
  );
});
