import { expect, test } from 'vitest';
import {
  paceOf,
  paces,
  readAddress,
  stepsPerSecond,
  text,
  usualPace,
  writeAddress,
} from '../../support/drawingParts.ts';

test('every pace has words, and the usual one is 1,000 steps a second', () => {
  expect(paces.map((pace) => text.time.pace.cap(stepsPerSecond(pace)))).toEqual([
    'at most 10 steps/s',
    'at most 100 steps/s',
    'at most 1,000 steps/s',
    'as fast as possible',
  ]);
  expect(stepsPerSecond(usualPace)).toBe(1000);
});

test('an address brings back its pace; one that is not known is the usual one', () => {
  for (const pace of paces) expect(paceOf(readAddress(writeAddress({ data: 'moons', pace })).pace)).toBe(pace);
  for (const fragment of ['', '#pace=', '#pace=12', '#pace=-10', '#pace=null'])
    expect(paceOf(readAddress(fragment).pace)).toBe(usualPace);
});
