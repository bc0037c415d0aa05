import { expect, test } from 'vitest';
import { Failure } from '../../../scripts/failure.js';
import { METHODS } from '../../../scripts/reproductions/localisation/plan.js';
import {
  localisationLines,
  markedChannels,
  rankingLines,
  winners,
} from '../../../scripts/reproductions/localisation/report.js';
import { mean, percent, spread, spreadText, tableLines } from '../../../scripts/reproductions/table.js';
import { reproduceOptions } from '../../../scripts/runReproduction.js';

test('mean, least and most leave out what is not there', () => {
  expect(spread([1, null, 4, 1])).toEqual({ mean: 2, least: 1, most: 4 });
  expect(spread([null])).toBeNull();
  expect(mean([0.25, 0.75])).toBe(0.5);
  expect(mean([])).toBeNull();
  expect(spreadText([0.5, 0.25])).toBe('0.38  0.25 to 0.50');
  expect(spreadText([null])).toBe('-');
  expect(percent(0.4567)).toBe('46 %');
  expect(percent(0.4567, 1)).toBe('45.7 %');
  expect(percent(null)).toBe('-');
});

test('a table has its first column to the left and the others to the right', () => {
  expect(
    tableLines([
      ['', 'a', 'long'],
      ['name', '1.00', '2'],
    ]),
  ).toEqual(['          a   long', 'name   1.00      2']);
});

const place = (onMark: number | null, onFigure: number | null, share = 0.5) => ({ share, onMark, onFigure });
const explained = [
  { label: 0, whole: place(0.5, 0.1, 1), channels: [place(0.9, 0), place(0.4, 0.3), place(0, 0.8)] },
  { label: 1, whole: place(0.1, 0.5, 1), channels: [place(0.1, 0.6), place(null, null), place(0.2, 0.1)] },
];
const ranked = (marked: boolean) => ({
  ownMark: 1,
  chanceMark: marked ? 0.5 : 1,
  noMark: marked ? 0.5 : 1,
  saidToNoMark: marked ? [0.1, 0.9] : [0.5, 0.5],
  explained: marked ? explained : [explained[1]!],
});
const scores = METHODS.map((_, m) => [m === 3 ? 0.9 : m / 10, 0.5, null]);
const net = (factor: string, seed: number, correlation: number) => ({
  factor,
  seed,
  correlation,
  classes: ['disc', 'square'],
  accuracy: seed === 1 ? 0.99 : 0.9,
  localised: correlation === 0 ? { pictures: 2, area: 0.2, scores, unscored: METHODS.map(() => 1) } : null,
  ranked: factor === 'shape' ? ranked(correlation === 1) : null,
});
const results = [1, 2].flatMap((seed) => [net('shape', seed, 0), net('texture', seed, 0), net('shape', seed, 1)]);

test('channels that look at the mark are counted per picture, in all and by class', () => {
  expect(markedChannels({ explained })).toBe(1.5);
  expect(markedChannels({ explained }, 0)).toBe(2);
  expect(markedChannels({ explained }, 1)).toBe(1);
  expect(markedChannels({ explained }, 2)).toBeNull();
});

test('the method with the highest mass accuracy is named, whichever it is', () => {
  const better = { localised: { scores: METHODS.map((_, m) => [m === 4 ? 0.7 : 0.1]) } };
  const none = { localised: { scores: METHODS.map((_, m) => [m === 4 ? 0.2 : null]) } };
  expect(winners([results[0], better, none])).toBe('random for 2 of 3 seeds, Grad-CAM for 1 of 3 seeds');
});

test('the first part has a table for every factor and says which nets have not learned', () => {
  const lines = localisationLines(results);
  expect(lines).toContain(
    'shape: 2 seeds, 4 pictures; held-out accuracy by seed: 99.0 %, 90.0 %; 1 below 95 %: not learned, counted all the same',
  );
  expect(lines).toContain(
    'Grad-CAM                      0.90  0.90 to 0.90   0.50  0.50 to 0.50               -                  2',
  );
  expect(lines).toContain('highest mass accuracy: Grad-CAM for 2 of 2 seeds');
});

test('the second part compares nets by how their marks were drawn', () => {
  const lines = rankingLines(results);
  expect(lines.slice(-3)).toEqual([
    'marks by chance: 1.00  1.00 to 1.00 of the top 3 channels look at the mark (2 seeds, 2 pictures)',
    'mark tells the class: 1.50  1.50 to 1.50 of the top 3 channels look at the mark (2 seeds, 4 pictures)',
    'mark tells the class: in 2 of 2 nets the class with fewest of them is the one said when there is no mark at all',
  ]);
  expect(lines).toContain(
    'mark tells the class      2    100.0 %           50.0 %    50.0 %       square 90 %       1.50     2.00 / 1.00',
  );
  expect(lines).toContain(
    'mark tells the class   channel no. 2   0.50  0.50 to 0.50   0.40  0.40 to 0.40   0.30  0.30 to 0.30',
  );
});

const USAGE = 'npm run reproduce -- <name> [--seeds <number>] [--pictures <number>] [--out <folder>]';

test('the command line names one reproduction and may change its size', () => {
  const { reproduction, ...options } = reproduceOptions(['localisation']);
  expect(reproduction.id).toBe('localisation');
  expect(options).toEqual({ seeds: 5, pictures: 60, out: 'reproduced' });
  expect(reproduceOptions(['--seeds', '2', 'localisation', '--out=there', '--pictures', '9'])).toMatchObject({
    seeds: 2,
    pictures: 9,
    out: 'there',
  });
});

test.for([
  [['localization'], 'unknown reproduction: "localization"; known: localisation'],
  [[], `name one reproduction: none; use ${USAGE}; known: localisation`],
  [['a', 'b'], `name one reproduction: a b; use ${USAGE}; known: localisation`],
  [['localisation', '--seed', '3'], `bad command line: Unknown option '--seed'; use ${USAGE}`],
  [['localisation', '--seeds', '0'], 'bad number of seeds: 0; use a whole number from 1 to 100'],
  [['localisation', '--pictures', '1e2'], 'bad number of pictures: 1e2; use a whole number from 1 to 300'],
] as const)('%j is refused', ([args, message]) => {
  expect(() => reproduceOptions([...args])).toThrow(new Failure(message));
});
