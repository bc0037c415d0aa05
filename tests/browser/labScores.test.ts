import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { barsData, barsRun, residualDilated } from '../support/labData.ts';
import { collectErrors } from '../support/labConsole.ts';
import { openLab } from '../support/labPage.ts';
import { openSession, setUp, until } from '../support/labSession.ts';

const workbench = () => document.querySelector<HTMLDialogElement>('dialog[open]')!;

/** The card of a metric. */
const card = (title: string) =>
  [...workbench().querySelectorAll('section')].find(
    (one) => one.querySelector(':scope > header h3')?.textContent === title,
  )!;

test('a score is measured with a setting typed by keyboard, and one of other settings is marked old', async () => {
  const errors = collectErrors();
  const lab = await openLab();
  await lab.advance(5);
  await lab.session.pause();
  await page.getByRole('button', { name: 'Look closer' }).click();
  await page.getByRole('tab', { name: 'Checks' }).click();
  await until('the scores are listed', () => workbench().textContent.includes('Max sensitivity'));
  const sensitivity = card('Max sensitivity');
  const says = () => sensitivity.textContent;
  const measure = async () => {
    sensitivity.querySelector<HTMLElement>('header button')!.focus();
    await userEvent.keyboard('{Enter}');
  };
  await measure();
  await until('ten draws are measured', () => says().includes('In 10 inputs'));
  expect(sensitivity.querySelector('input')).toBeNull();

  sensitivity.querySelector('summary')!.focus();
  await userEvent.keyboard('{Enter}');
  await until('the settings are open', () => sensitivity.querySelector('input') !== null);
  const draws = sensitivity.querySelectorAll<HTMLInputElement>('input[type="number"]')[1]!;
  draws.select();
  await userEvent.keyboard('0{Enter}');
  await until('a bad value is refused', () => says().includes('Not taken; use a whole number from 1 to 10000.'));
  expect(draws.value).toBe('10');
  expect(says()).not.toContain('with other settings');
  draws.select();
  await userEvent.keyboard('3{Enter}');
  await until('the score is marked old', () => says().includes('with other settings'));
  expect(says()).not.toContain('Not taken');
  expect(says()).toContain('Settings, 1 changed');

  await measure();
  await until('three draws are measured', () => says().includes('In 3 inputs'));
  expect(says()).not.toContain('with other settings');
  await page.getByRole('button', { name: 'Back to the defaults' }).click();
  await until('the score is old again', () => says().includes('with other settings'));
  expect(draws.value).toBe('10');
  expect(errors).toEqual([]);
});

test('a session measures a score with the settings asked for, and refuses bad ones in words', async () => {
  const session = await openSession('wasm', 'page');
  await setUp(session, barsData(), barsRun(residualDilated));
  const score = (metric: string, options: Record<string, unknown>) =>
    session.connection.send('score', {
      sample: 0,
      class: 1,
      step: null,
      metric,
      method: { id: 'gradient', options: {} },
      options,
    });
  const found = await score('maxSensitivity', { draws: 4 });
  expect(found).toMatchObject({ metric: 'maxSensitivity', options: { draws: 4 }, step: 0 });
  expect(found.result).toHaveProperty('changes.length', 4);
  await expect(score('maxSensitivity', { draws: 0 })).rejects.toThrow(
    /^bad draws in metric "maxSensitivity": 0; use a whole number from 1 to 10000$/,
  );
  await expect(score('sparseness', { draws: 4 })).rejects.toThrow(
    /^unknown option in metric "sparseness": "draws"; known: none$/,
  );
  expect(session.failures).toEqual([]);
});
