/** No-break space: a number and its unit stay on one line. */
const NBSP = '\u00a0';
const MINUS = '\u2212';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Formatters by number of decimals: making one takes a hundred times as long as using it. */
const formatters = new Map<number, Intl.NumberFormat>();

function fixed(digits: number): Intl.NumberFormat {
  let formatter = formatters.get(digits);
  if (!formatter) {
    formatter = new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
    formatters.set(digits, formatter);
  }
  return formatter;
}

/** Counts and steps: "1,240", "−3"; what is no number is called so. */
export function count(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  return whole.format(value).replace('-', MINUS).replace(/^−0$/, '0');
}

/** A quantity at `digits` decimals with a true minus: "−1.2"; a rounded zero has no sign. */
export function decimal(value: number, digits = 2): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const text = fixed(digits).format(Math.abs(value));
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

/** About `digits` significant digits for a value of unknown size: "0.0031", "12.4", "1,240", "3.1 × 10⁻⁹". */
export function quantity(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return notFinite(value);
  if (value === 0) return '0';
  const size = Math.floor(Math.log10(Math.abs(value)));
  if (size < -4 || size > 6) {
    const mantissa = decimal(value / 10 ** size, Math.max(0, digits - 2));
    return `${mantissa}${NBSP}×${NBSP}10${superscript(size)}`;
  }
  return decimal(value, Math.max(0, digits - 1 - size));
}

/** A tick of a log axis: short in any range, and empty where only the powers of ten have room. */
export function logTick(value: number, digits = 1): string {
  const size = Math.round(Math.log10(value));
  if (Math.abs(size) < 4) return quantity(value, digits);
  return Math.abs(value / 10 ** size - 1) < 1e-6 ? `10${superscript(size)}` : '';
}

/** A decimal with its sign always written: "+4.6", "−1.2", "0". */
export function signed(value: number, digits = 1): string {
  const text = decimal(value, digits);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** A quantity with its sign and as many digits as tell something: "+15.4", "−0.032". */
export function signedQuantity(value: number): string {
  if (Math.abs(value) >= 0.95) return signed(value);
  const text = quantity(value, 2);
  return value > 0 ? `+${text}` : text;
}

/** A share as percent: "98.6 %". Rounding never turns almost all into all, nor a little into nothing. */
export function percent(share: number, digits = 0): string {
  if (!Number.isFinite(share)) return notFinite(share);
  const step = 10 ** -digits;
  const value = 100 * share;
  const text = decimal(value, digits);
  if (value > 0 && value < step / 2) return `<${NBSP}${decimal(step, digits)}${NBSP}%`;
  if (value < 100 && value >= 100 - step / 2) return `>${NBSP}${decimal(100 - step, digits)}${NBSP}%`;
  return `${text}${NBSP}%`;
}

/** Two sides of a picture: "9 × 9". */
export function sides(height: number, width: number): string {
  return `${count(height)}${NBSP}×${NBSP}${count(width)}`;
}

/** "1st", "2nd", "12th". */
export function ordinal(n: number): string {
  const tens = n % 100;
  const ending = tens > 10 && tens < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${count(n)}${ending}`;
}

/** Small counts as words, as running text wants them: "two", and "13" beyond twelve. */
export function inWords(n: number): string {
  const words = 'no one two three four five six seven eight nine ten eleven twelve'.split(' ');
  return words[n] ?? count(n);
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return 'not a number';
  return value > 0 ? '∞' : `${MINUS}∞`;
}

function superscript(n: number): string {
  const digits = [...String(Math.abs(n))].map((d) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(d)]).join('');
  return n < 0 ? `⁻${digits}` : digits;
}
