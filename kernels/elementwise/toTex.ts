import { fold, type Expression, type Operation } from './expression.ts';
import { ExpressionError } from './expressionError.ts';

/** How tightly a text holds together, loosest first; an operand that is looser than its place allows gets parentheses. */
const [CHOICE, SUM, NEGATED, PRODUCT, POWER, ATOM] = [0, 1, 2, 3, 4, 5] as const;

interface Tex {
  readonly text: string;
  readonly level: number;
}

const inParentheses = (text: string) => `\\left(${text}\\right)`;
const at = (least: number, { text, level }: Tex) => (level < least ? inParentheses(text) : text);

const of =
  (form: (a: Tex, b: Tex, u: Tex, v: Tex) => string, level: number) =>
  (...args: readonly [Tex, Tex, Tex, Tex]): Tex => ({ text: form(...args), level });

const applied = (name: string) => of((a) => `${name}${inParentheses(a.text)}`, POWER);
const choice = (sign: string) =>
  of(
    (a, b, u, v) => `\\begin{cases} ${u.text} & ${a.text} ${sign} ${b.text} \\\\ ${v.text} & \\text{else} \\end{cases}`,
    CHOICE,
  );

/** Two factors side by side; a dot where two numbers would run into one. */
const product = (a: string, b: string) => `${a} ${/^[\d.]/.test(b) ? '\\cdot' : '\\,'} ${b}`;

const forms: Readonly<Record<Operation, (a: Tex, b: Tex, u: Tex, v: Tex) => Tex>> = {
  add: of((a, b) => `${at(SUM, a)} + ${at(PRODUCT, b)}`, SUM),
  subtract: of((a, b) => `${at(SUM, a)} - ${at(PRODUCT, b)}`, SUM),
  multiply: of((a, b) => product(at(PRODUCT, a), at(PRODUCT, b)), PRODUCT),
  divide: of((a, b) => `\\frac{${a.text}}{${b.text}}`, POWER),
  negate: of((a) => `-${at(PRODUCT, a)}`, NEGATED),
  power: of((a, n) => `${at(ATOM, a)}^{${n.text}}`, POWER),
  min: applied2('\\min'),
  max: applied2('\\max'),
  abs: of((a) => `\\left|${a.text}\\right|`, ATOM),
  sign: applied('\\operatorname{sgn}'),
  relu: of((a) => `\\max${inParentheses(`0, ${a.text}`)}`, POWER),
  exp: of((a) => `e^{${a.text}}`, POWER),
  expm1: of((a) => `e^{${a.text}} - 1`, SUM),
  log: applied('\\ln'),
  log1p: of((a) => `\\ln${inParentheses(`1 + ${at(PRODUCT, a)}`)}`, POWER),
  sqrt: of((a) => `\\sqrt{${a.text}}`, ATOM),
  square: of((a) => `${at(ATOM, a)}^2`, POWER),
  sin: applied('\\sin'),
  cos: applied('\\cos'),
  tanh: applied('\\tanh'),
  sigmoid: applied('\\sigma'),
  softplus: of((a) => `\\ln${inParentheses(`1 + e^{${a.text}}`)}`, POWER),
  erf: applied('\\operatorname{erf}'),
  ifLess: choice('<'),
  ifLessEqual: choice('\\le'),
  ifEqual: choice('='),
};

function applied2(name: string) {
  return of((a, b) => `${name}${inParentheses(`${a.text}, ${b.text}`)}`, POWER);
}

const GREEK = new Set(
  (
    'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega ' +
    'Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega'
  ).split(' '),
);

/** Greek letters as letters, longer names upright, digits at the end below the line. */
function nameTex(name: string): Tex {
  const [, stem, digits] = /^(.*?)_?(\d*)$/u.exec(name) as unknown as [string, string, string];
  const letter = GREEK.has(stem) ? `\\${stem}` : [...stem].length === 1 ? stem : `\\mathrm{${stem}}`;
  const text = `${letter.replaceAll('_', '\\_')}${digits ? `_{${digits}}` : ''}`;
  return { text, level: ATOM };
}

/** Digits a reader needs; constants such as 1/√2 have more. */
const DIGITS = 5;

function numberTex(value: number): Tex {
  const [mantissa, exponent] = String(Number(value.toPrecision(DIGITS))).split('e') as [string, string?];
  const size = mantissa.replace('-', '');
  const text = exponent ? product(size, `10^{${Number(exponent)}}`) : size;
  const [shown, level] = exponent ? [size === '1' ? `10^{${Number(exponent)}}` : text, PRODUCT] : [text, ATOM];
  return value < 0 ? { text: `-${shown}`, level: NEGATED } : { text: shown, level };
}

/** Formulas with parts in many places grow fast; longer ones are refused. */
const MOST_CHARACTERS = 20_000;

/** An expression in TeX, with parentheses where they are needed. Constants are shown with five digits. */
export function toTex(expression: Expression): string {
  const { text } = fold<Tex>(expression, {
    number: numberTex,
    name: nameTex,
    call: (op, args) => {
      // Cast: forms with fewer operands leave the rest alone.
      const tex = forms[op](...(args as [Tex, Tex, Tex, Tex]));
      if (tex.text.length <= MOST_CHARACTERS) return tex;
      throw new ExpressionError(
        `formula too long to show: more than ${MOST_CHARACTERS} characters; show its parts on their own`,
      );
    },
  });
  return text;
}
