const SPACE = /[ \t\n\r]*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** Where the string that opens at `at` ends, or where it breaks. */
function stringFrom(text: string, at: number): { readonly end: number; readonly isWhole: boolean } {
  let i = at + 1;
  while (i < text.length) {
    if (text[i] === '"') return { end: i + 1, isWhole: true };
    const next = text[i] === '\\' ? endOf(ESCAPE, text, i) : text.charCodeAt(i) < 0x20 ? undefined : i + 1;
    if (next === undefined) return { end: i, isWhole: false };
    i = next;
  }
  return { end: i, isWhole: false };
}

/**
 * Index of the first character that cannot be JSON; the length when the text ends too early. The messages of
 * JSON.parse name a position in some engines and for some mistakes only.
 */
export function jsonErrorAt(text: string): number {
  const open: ('{' | '[')[] = [];
  let wants: 'value' | 'key' | 'colon' | 'comma' = 'value';
  let mayClose = false;
  let at = 0;
  for (;;) {
    at = endOf(SPACE, text, at)!;
    const c = text[at];
    if (c === undefined) return at;
    const around = open.at(-1);
    if ((mayClose || wants === 'comma') && around !== undefined && c === (around === '{' ? '}' : ']')) {
      open.pop();
      [at, wants, mayClose] = [at + 1, 'comma', false];
    } else if (wants === 'comma') {
      if (c !== ',' || around === undefined) return at;
      [at, wants] = [at + 1, around === '{' ? 'key' : 'value'];
    } else if (wants === 'colon') {
      if (c !== ':') return at;
      [at, wants] = [at + 1, 'value'];
    } else if (c === '"') {
      const { end, isWhole } = stringFrom(text, at);
      if (!isWhole) return end;
      [at, wants, mayClose] = [end, wants === 'key' ? 'colon' : 'comma', false];
    } else if (wants === 'key') {
      return at;
    } else if (c === '{' || c === '[') {
      open.push(c);
      [at, wants, mayClose] = [at + 1, c === '{' ? 'key' : 'value', true];
    } else {
      const end = endOf(SCALAR, text, at);
      if (end === undefined) return at;
      [at, wants, mayClose] = [end, 'comma', false];
    }
  }
}
