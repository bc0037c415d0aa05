let context: CanvasRenderingContext2D | null = null;
const known = new Map<string, number>();

/** Width of interface text in pixels, in the font the page really has; a rough figure where there is no page. */
export function textWidth(text: string, { size = 12, weight = 400 } = {}): number {
  if (typeof document === 'undefined') return text.length * size * 0.56;
  context ??= document.createElement('canvas').getContext('2d')!;
  const font = `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;
  const key = `${font}|${text}`;
  let width = known.get(key);
  if (width === undefined) {
    context.font = font;
    // Labels repeat, but numbers in them do not: the memory must not grow with a long run.
    if (known.size > 500) known.clear();
    known.set(key, (width = context.measureText(text).width));
  }
  return width;
}
