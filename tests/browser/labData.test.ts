import { expect, test } from 'vitest';
import { collectErrors } from '../support/labConsole.ts';
import { choose, openLab, typeNumber } from '../support/labPage.ts';
import { until } from '../support/labSession.ts';
import { coloursIn } from '../support/mountView.ts';

test('what decides, and how much the mark tells, is chosen in the data panel and kept together', async () => {
  const errors = collectErrors();
  const lab = await openLab({ fragment: 'data=concepts' });
  expect(lab.session.data!.classes).toEqual(['disc', 'square', 'triangle', 'cross']);
  for (const picture of lab.root.querySelectorAll<HTMLCanvasElement>('.strip canvas')) {
    expect(coloursIn(picture)).toBeGreaterThan(50);
  }
  await lab.session.pause();
  choose('Decides', 'colour');
  await typeNumber('Mark tells', '1');
  await until('the classes are colours', () => lab.session.data!.classes.join() === 'blue,yellow,red,teal');
  expect(lab.session.dataOptions).toEqual({ factor: 'colour', correlation: 1 });
  await until('the second choice is drawn as well', () => lab.session.busy === null);
  await lab.session.play();
  await lab.advance(5);
  choose('Set', 'Two moons');
  await until('points are the data', () => lab.session.data!.id === 'moons');
  expect(lab.session.dataOptions).toEqual({});
  expect([...lab.root.querySelectorAll('.left label span')].map((label) => label.textContent)).not.toContain('Decides');
  expect(errors).toEqual([]);
});
