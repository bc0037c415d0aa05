import axe from 'axe-core';
import { flushSync, mount, tick, unmount, type Component } from 'svelte';
import '../../components/tokens.css';

/** A component on the page of a browser test, in a box of a given width. */
export interface MountedView {
  readonly box: HTMLElement;
  remove(): void;
}

/** Mounts a component and waits until it knows its width and has drawn. */
export async function mountView<Props extends Record<string, unknown>>(
  component: Component<Props>,
  props: Props,
  { width = 332, theme = 'light', font }: { width?: number; theme?: string; font?: string } = {},
): Promise<MountedView> {
  document.documentElement.dataset['theme'] = theme;
  if (font) document.documentElement.style.setProperty('--nl-sans', font);
  else document.documentElement.style.removeProperty('--nl-sans');
  const box = document.createElement('div');
  Object.assign(box.style, { width: `${width}px`, margin: '60px' });
  document.body.append(box);
  const view = mount(component, { target: box, props });
  await settled();
  return {
    box,
    remove() {
      void unmount(view);
      box.remove();
    },
  };
}

/** Sizes are measured and drawn after a frame or two. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
  await tick();
  flushSync();
}

/** Serious and critical findings of axe-core, as text. */
export async function accessibilityFaults(box: HTMLElement): Promise<string[]> {
  const { violations } = await axe.run(box, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ''}`));
}

interface TextBox {
  readonly text: string;
  readonly rect: DOMRect;
}

function textBoxes(box: HTMLElement): TextBox[] {
  const found: TextBox[] = [];
  const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent?.trim() ?? '';
    const parent = node.parentElement!;
    if (!text || parent.closest('.nl-aside, .scroll .line, details:not([open]) .panel, option')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) if (rect.width > 0) found.push({ text, rect });
  }
  return found;
}

/** Words that leave the box or run into other words, and words that are cut. */
export function textFaults(box: HTMLElement, slack = 2): string[] {
  const own = box.getBoundingClientRect();
  const words = textBoxes(box);
  const outside = words
    .filter(({ rect }) => rect.left < own.left - slack || rect.right > own.right + slack)
    .map(({ text }) => `outside: ${text}`);
  const cut = [...box.querySelectorAll<HTMLElement>('*')]
    .filter(
      (element) => getComputedStyle(element).textOverflow === 'ellipsis' && element.scrollWidth > element.clientWidth,
    )
    .map((element) => `cut: ${element.textContent}`);
  const crossed = words.flatMap((a, i) =>
    words
      .slice(i + 1)
      .filter(
        (b) =>
          Math.min(a.rect.right, b.rect.right) - Math.max(a.rect.left, b.rect.left) > slack &&
          // Lines of one text are 16 px apart, their boxes a little higher.
          Math.min(a.rect.bottom, b.rect.bottom) - Math.max(a.rect.top, b.rect.top) > 5,
      )
      .map((b) => `crossed: ${a.text} / ${b.text}`),
  );
  return [...outside, ...cut, ...crossed];
}

/** Messages a function leaves on the console as warnings or errors. */
export function listenToConsole(): { readonly messages: string[]; stop(): void } {
  const messages: string[] = [];
  const { error, warn } = console;
  console.error = (...parts: unknown[]) => void messages.push(parts.map(String).join(' '));
  console.warn = (...parts: unknown[]) => void messages.push(parts.map(String).join(' '));
  const fault = (event: ErrorEvent) => void messages.push(event.message);
  window.addEventListener('error', fault);
  return {
    messages,
    stop() {
      Object.assign(console, { error, warn });
      window.removeEventListener('error', fault);
    },
  };
}

/** How many different colours a canvas holds: 1 or less means that nothing is drawn. */
export function coloursIn(canvas: HTMLCanvasElement): number {
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
}
