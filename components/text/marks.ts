/** A run of text and how it is set. */
export interface Run {
  readonly text: string;
  readonly mark: 'plain' | 'bold' | 'italic';
}

const MARKED = /\*\*(.+?)\*\*|(?<!\w)_(.+?)_(?!\w)/g;

/** Splits `**bold**` and `_italic_` into runs, so that sentences become elements and never markup. */
export function runs(marked: string): Run[] {
  const found: Run[] = [];
  let end = 0;
  for (const match of marked.matchAll(MARKED)) {
    if (match.index > end) found.push({ text: marked.slice(end, match.index), mark: 'plain' });
    found.push(match[1] !== undefined ? { text: match[1], mark: 'bold' } : { text: match[2]!, mark: 'italic' });
    end = match.index + match[0].length;
  }
  if (end < marked.length) found.push({ text: marked.slice(end), mark: 'plain' });
  return found;
}

/** The same sentence without its marks, for labels and text alternatives. */
export function plain(marked: string): string {
  return runs(marked)
    .map((run) => run.text)
    .join('');
}
