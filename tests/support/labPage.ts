import { flushSync, mount, unmount } from 'svelte';
import { onTestFinished } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import '../../components/tokens.css';
import Lab from '../../components/lab/Lab.svelte';
import type { LabSession } from '../../components/lab/session.svelte.ts';
import { until } from './labSession.ts';

export interface LabOptions {
  /** What stands behind "#" in the address. */
  readonly fragment?: string;
  /** Engine to ask for; wasm unless told. */
  readonly tier?: string;
  readonly width?: number;
  readonly height?: number;
}

/** The lab as it stands in this page. */
export interface LabPage {
  readonly root: HTMLElement;
  readonly session: LabSession;
  /** The step number in the time bar. */
  readonly step: number;
  readonly heading: string;
  /** Parameters behind "#" in the address. */
  readonly fragment: URLSearchParams;
  readonly alert: string;
  readonly isPlaying: boolean;
  /** Waits until training is this many steps further than now. */
  advance(steps: number): Promise<void>;
  close(): void;
}

/** Opens the real lab, waits for its first drawing, and closes it at the end of the test. */
export async function openLab(options: LabOptions = {}): Promise<LabPage> {
  const { fragment = '', tier = 'wasm', width = 1440, height = 900 } = options;
  await page.viewport(width, height);
  const address = location.href;
  const query = new URLSearchParams(location.search);
  query.set('tier', tier);
  history.replaceState(null, '', `${location.pathname}?${query}${fragment ? `#${fragment}` : ''}`);
  const root = document.body.appendChild(document.createElement('div'));
  const lab = mount(Lab, { target: root });
  flushSync();
  const { neuroloupe: session } = window as unknown as { neuroloupe: LabSession };

  let isOpen = true;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    void unmount(lab);
    root.remove();
    const kept = location.hash;
    history.replaceState(null, '', address + kept);
  };
  onTestFinished(() => {
    close();
    history.replaceState(null, '', address);
    delete document.documentElement.dataset['theme'];
  });

  const shown = (selector: string) => root.querySelector(selector)?.textContent?.trim() ?? '';
  const opened: LabPage = {
    root,
    session,
    get step() {
      return Number(shown('.bar .step b').replace(/\D/g, ''));
    },
    get heading() {
      return shown('.right h2');
    },
    get fragment() {
      return new URLSearchParams(location.hash.slice(1));
    },
    get alert() {
      return shown('[role="alert"]');
    },
    get isPlaying() {
      return root.querySelector('.bar [aria-label="Pause"]') !== null;
    },
    async advance(steps) {
      const from = opened.step;
      await until(`${steps} steps after step ${from}`, () => opened.step >= from + steps);
    },
    close,
  };
  await until('the net is drawn', () => root.querySelector('.units, .list') !== null, 90_000);
  return opened;
}

/** Drops files on the page, as a hand would. */
export function dropFiles(files: readonly File[]): void {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  for (const type of ['dragenter', 'dragover', 'drop']) {
    const event = new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer });
    (document.querySelector('main') ?? document.body).dispatchEvent(event);
  }
}

/** The select or number field behind a label of the panels. */
function control<E extends HTMLElement>(label: string): E {
  const row = [...document.querySelectorAll('.left label')].find((candidate) => {
    return candidate.querySelector('span')?.textContent === label;
  });
  const found = row?.querySelector<E>('select, input');
  if (!found) throw new Error(`no control is labelled "${label}"`);
  return found;
}

/** Picks an option of a labelled select, and tells the page. */
export function choose(label: string, option: string): void {
  const select = control<HTMLSelectElement>(label);
  const index = [...select.options].findIndex((candidate) => candidate.label === option);
  if (index < 0) throw new Error(`no option "${option}": ${[...select.options].map((o) => o.label).join(', ')}`);
  select.selectedIndex = index;
  select.dispatchEvent(new Event('change', { bubbles: true }));
}

/** Types a number into a labelled field and leaves it. */
export async function typeNumber(label: string, value: string): Promise<void> {
  const field = control<HTMLInputElement>(label);
  await userEvent.fill(field, value);
  await userEvent.keyboard('{Tab}');
}
