import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { collectErrors } from '../support/labConsole.ts';
import { barsData, barsRun, smallConv } from '../support/labData.ts';
import { asFile, badFiles, badNets, idxFiles } from '../support/labFiles.ts';
import { dropFiles, openLab, typeNumber, type LabPage } from '../support/labPage.ts';
import { openSession, setUp, until } from '../support/labSession.ts';

/** What went wrong must be named, with its place and the way out. */
function expectSays(message: string, says: readonly RegExp[]): void {
  for (const part of says) expect(message).toMatch(part);
}

test('the session refuses bad files and nets by name, and trains on with what it had', async () => {
  const session = await openSession('wasm');
  const { connection } = session;
  await setUp(session, barsData(), barsRun(smallConv));
  await connection.send('play', {});
  await until('training is under way', () => session.last?.step > 5);

  const refusal = async (job: () => Promise<unknown>) => {
    const { step, run } = session.last;
    const error = await job().then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    await until('training goes on', () => session.last.step > step + 10);
    expect(session.last.run).toBe(run);
    return error;
  };
  for (const { what, files, says } of badFiles().slice(0, 5)) {
    const error = await refusal(() =>
      connection.send('readData', { files: files.map(({ name, bytes }) => ({ name, bytes: bytes.slice() })) }),
    );
    expect(error?.name, what).toBe('InputError');
    expectSays(error!.message, says);
  }
  for (const { what, json, says } of badNets([8, 8, 1]).slice(0, 3)) {
    const network = JSON.parse(json) as never;
    const error = await refusal(() => connection.send('setUp', { ...barsRun(smallConv), network }));
    expect(error?.name, what).toBe('InputError');
    expectSays(error!.message, says);
  }
  const misfit = await refusal(() =>
    connection.send('setUp', barsRun([{ kind: 'flatten' }, { kind: 'dense', units: 3 }])),
  );
  expectSays(misfit!.message, [/output does not fit: 3 units|output does not fit: 3/, /2 classes/, /"units": 2/]);
  const option = await refusal(() => connection.send('setUp', barsRun(smallConv, { learningRate: -1 })));
  expectSays(option!.message, [/bad learning rate: -1; use a number 0 or more/]);
  const sample = await refusal(() =>
    connection.send('select', { stage: 'conv1', channel: 0, position: null, sample: 999, class: null }),
  );
  expectSays(sample!.message, [/unknown sample: 999/, /0 to 15/]);
  expect(session.failures).toEqual([]);
});

test('data that no net was set up for can be dropped: the run can be set up again on its own', async () => {
  const session = await openSession('wasm');
  const { connection } = session;
  await setUp(session, barsData(), barsRun(smallConv));
  await connection.send('readData', { files: idxFiles() });
  await expect(connection.send('setUp', barsRun(smallConv))).rejects.toThrow(/output does not fit/);
  await connection.send('dropData', {});
  await connection.send('setUp', barsRun(smallConv));
  expect(await connection.send('evaluate', {})).toMatchObject({ samples: 16 });
});

/** What is loaded and shown, apart from what training moves. */
const loaded = (lab: LabPage) => ({
  data: lab.session.data,
  description: lab.session.description,
  preset: lab.session.preset,
  heading: lab.heading.split(' at ')[0],
});

const cases = badFiles().map(({ what, files, says }) => [what, files, says] as const);

test.for(cases)('the lab, given %s, says so in an alert and trains on', async ([, files, says]) => {
  const errors = collectErrors();
  const lab = await openLab({ fragment: 'data=moons&stage=dense2&channel=1' });
  await lab.advance(10);
  const before = loaded(lab);
  dropFiles(files.map(asFile));
  await until('the alert', () => lab.alert !== '', 15_000);
  expectSays(lab.alert, says);
  expect(lab.alert).toContain('Nothing that was loaded is lost');
  await lab.advance(40);
  expect(loaded(lab)).toEqual(before);
  expect(lab.isPlaying).toBe(true);
  // The message waits for the reader, and goes when it is closed.
  await until('two more evaluations', () => lab.session.accuracy.length > 2);
  expectSays(lab.alert, says);
  await page.getByRole('button', { name: 'Close this message' }).click();
  expect(lab.alert).toBe('');
  // What was there can still be changed.
  await typeNumber('Seed', '9');
  await until('the run starts again', () => lab.session.description!.seed === 9);
  await lab.advance(5);
  expect(lab.alert).toBe('');
  expect(errors).toEqual([]);
});

test('the editor names what is wrong with a net while it is typed, and training goes on with the old one', async () => {
  const errors = collectErrors();
  const lab = await openLab({ fragment: 'data=moons' });
  await lab.advance(5);
  const before = loaded(lab);
  await page.getByRole('button', { name: 'Edit as JSON' }).click();
  const editor = page.getByRole('textbox', { name: 'The network as JSON' });
  const state = () => lab.root.querySelector('dialog [role="status"]')!.textContent!;
  const apply = page.getByRole('button', { name: 'Apply and restart' });
  expect(state()).toMatch(/^Fits: 5 nodes/);
  for (const { json, says } of badNets([2])) {
    await editor.fill(json);
    await until('the state follows', () => !state().startsWith('Fits'));
    expectSays(state(), says);
    expect(editor.element().getAttribute('aria-invalid')).toBe('true');
    await expect.element(apply).toBeDisabled();
    await lab.advance(5);
  }
  // A net that is sound in itself, but not for these data: only setting it up can tell.
  await editor.fill('{ "input": [2], "nodes": [ { "kind": "dense", "units": 5 } ] }');
  await apply.click();
  await until('the dialog says why not', () =>
    /output does not fit/.test(lab.root.querySelector('dialog')!.textContent!),
  );
  await lab.advance(10);
  expect(loaded(lab)).toEqual(before);

  await editor.fill('{ "input": [2], "nodes": [ { "kind": "dense", "id": "only", "units": 2 } ] }');
  await apply.click();
  await until('the dialog is closed', () => lab.root.querySelector('dialog') === null);
  await lab.advance(10);
  expect(lab.session.run!.stages.map(({ id }) => id)).toEqual(['only']);
  expect(lab.session.preset).toBe(null);
  expect(lab.alert).toBe('');
  expect(errors).toEqual([]);
});

test('Escape and Cancel leave the editor with everything as it was, the focus too', async () => {
  const lab = await openLab({ fragment: 'data=moons' });
  await lab.advance(5);
  const before = loaded(lab);
  await page.getByRole('button', { name: 'Edit as JSON' }).click();
  await page.getByRole('textbox', { name: 'The network as JSON' }).fill('{');
  await userEvent.keyboard('{Escape}');
  await until('the dialog is closed', () => lab.root.querySelector('dialog') === null);
  await expect.element(page.getByRole('button', { name: 'Edit as JSON' })).toHaveFocus();
  await userEvent.keyboard('{Enter}');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect.element(page.getByRole('button', { name: 'Edit as JSON' })).toHaveFocus();
  await lab.advance(5);
  expect(loaded(lab)).toEqual(before);
});

test('valid IDX files dropped on the page take the place of the data, and the four instruments read them', async () => {
  const errors = collectErrors();
  const lab = await openLab({ fragment: 'data=moons' });
  await lab.advance(5);
  dropFiles([...idxFiles().map(asFile), new File(['Three rows.'], 'README.md')]);
  await until('the files are the data', () => lab.session.data?.id === 'train-images-idx3-ubyte', 15_000);
  await lab.advance(20);
  expect(lab.session.data).toMatchObject({ train: 24, test: 9, shape: [8, 8, 1], classes: ['0', '1', '2'] });
  expect(lab.session.preset).toBe('fourConv');
  expect(lab.root.querySelectorAll('.left [aria-label^="sample"]')).toHaveLength(9);
  await until('four cards read', () => lab.root.querySelectorAll('.card .sentence').length === 4);
  expect(lab.isPlaying).toBe(true);
  expect(lab.alert).toBe('');
  expect(errors).toEqual([]);
});

test('two data sets chosen at once leave one of them, complete', async () => {
  const errors = collectErrors();
  const lab = await openLab({ fragment: 'data=moons' });
  await lab.advance(5);
  dropFiles(idxFiles().map(asFile));
  await lab.session.useData('xor');
  await until('nothing is loading', () => lab.session.busy === null);
  await lab.advance(20);
  const { data, description, run } = lab.session;
  expect(description!.network.input).toEqual(data!.shape);
  expect(run!.stages.at(-1)!.shape).toEqual([data!.classes.length]);
  expect(lab.alert).toBe('');
  expect(errors).toEqual([]);
});
