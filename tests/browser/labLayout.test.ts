import { expect, onTestFinished, test } from 'vitest';
import { cdp, page, userEvent } from 'vitest/browser';
import { openLab, type LabPage } from '../support/labPage.ts';
import { until } from '../support/labSession.ts';
import { accessibilityFaults } from '../support/mountView.ts';

const allCards = (lab: LabPage) =>
  until('four cards read', () => lab.root.querySelectorAll('.card .sentence').length === 4);

const words = (root: HTMLElement) => document.createTreeWalker(root, NodeFilter.SHOW_TEXT);

/** Texts that reach over the edge of an element that cuts them off, unless a title says them in full. */
function clipped(root: HTMLElement): string[] {
  const found: string[] = [];
  for (const walker = words(root); walker.nextNode();) {
    const text = walker.currentNode as Text;
    const parent = text.parentElement!;
    if (!text.data.trim() || parent.closest('[title], .nl-aside, [aria-hidden="true"], option, details')) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const { right, left } = range.getBoundingClientRect();
    for (let box: HTMLElement | null = parent; box && root.contains(box); box = box.parentElement) {
      if (!['hidden', 'clip'].includes(getComputedStyle(box).overflowX)) continue;
      const edge = box.getBoundingClientRect();
      if (right > edge.right + 1 || left < edge.left - 1) found.push(text.data.trim());
    }
  }
  return found;
}

test.for([1440, 768, 390])('at %i px nothing is wider than the page and no text is cut', async (width) => {
  const lab = await openLab({ width });
  await allCards(lab);
  await lab.advance(10);
  expect(document.scrollingElement!.scrollWidth).toBeLessThanOrEqual(innerWidth);
  expect(innerWidth).toBe(width);
  expect(clipped(lab.root)).toEqual([]);
});

const themes = ['light', 'dark'].flatMap((theme) => [1440, 390].map((width) => [theme, width] as const));

test.for(themes)('in the %s theme at %i px axe finds nothing serious', async ([theme, width]) => {
  const lab = await openLab({ width });
  document.documentElement.dataset['theme'] = theme;
  await allCards(lab);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await until('the run is paused', () => !lab.isPlaying);
  expect(await accessibilityFaults(lab.root)).toEqual([]);
});

test('every card carries one sentence, for images and for plain numbers', async () => {
  const lab = await openLab();
  await allCards(lab);
  for (const card of lab.root.querySelectorAll('.card')) expect(card.querySelectorAll('p.sentence')).toHaveLength(1);
  lab.close();
  const flat = await openLab({ fragment: 'data=moons' });
  await until('three cards read', () => flat.root.querySelectorAll('.card .sentence').length === 3);
  for (const card of flat.root.querySelectorAll('.card')) {
    expect(card.querySelectorAll('p.sentence, p.empty')).toHaveLength(1);
  }
});

test('a card opens large and closes with Escape, and the focus goes back to the page', async () => {
  const lab = await openLab({ fragment: 'data=moons' });
  await until('a card reads', () => lab.root.querySelectorAll('.card .sentence').length === 3);
  lab.root.querySelector<HTMLElement>('[aria-label="More about Flow"]')!.click();
  await page.getByRole('button', { name: 'Enlarge' }).click();
  await until('the dialog is open', () => lab.root.querySelector('dialog[open]') !== null);
  expect(await accessibilityFaults(lab.root.querySelector('dialog')!)).toEqual([]);
  for (const leave of [
    () => userEvent.keyboard('{Escape}'),
    () => page.getByRole('button', { name: 'Close', exact: true }).click(),
  ]) {
    await leave();
    await until('the dialog is gone', () => lab.root.querySelector('dialog') === null);
    await expect.element(page.getByLabelText('More about Flow')).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    await page.getByRole('button', { name: 'Enlarge' }).click();
    await until('the dialog is open again', () => lab.root.querySelector('dialog[open]') !== null);
  }
  expect(document.scrollingElement!.scrollWidth).toBeLessThanOrEqual(innerWidth);
});

test('with reduced motion nothing on the page is animated', async () => {
  const prefer = (value: string) =>
    cdp().send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-reduced-motion', value }] });
  await prefer('reduce');
  onTestFinished(() => prefer('no-preference').then(() => undefined));
  const lab = await openLab();
  await allCards(lab);
  await lab.advance(10);
  expect(matchMedia('(prefers-reduced-motion: reduce)').matches).toBe(true);
  const moving = document
    .getAnimations()
    .filter(({ effect }) => Number(effect?.getComputedTiming().activeDuration) > 0);
  expect(moving).toEqual([]);
  const slow = [...lab.root.querySelectorAll('*')].filter((element) =>
    getComputedStyle(element)
      .transitionDuration.split(',')
      .some((duration) => parseFloat(duration) > 0),
  );
  expect(slow.map((element) => element.outerHTML.slice(0, 80))).toEqual([]);
});
