import { count, decimal, percent, signed } from '../number.ts';

/** Words of the workbench's checks: conservation, and the scores of a map. */
export const checksText = {
  method: 'Method',
  books: 'Is all of it accounted for?',
  noBooks: 'This method does not share the score out, so there is nothing to conserve.',
  scores: 'What speaks for the map, and what that does not prove',
  measure: 'Measure',
  again: 'Measure again',
  measureTitle: (title: string) => `Measure: ${title}`,
  all: 'Measure all',
  stop: 'Stop',
  stopTitle: (title: string) => `Stop: ${title}`,
  old: 'of an earlier question',
  otherSettings: 'with other settings',
  settings: (changed: number) => (changed === 0 ? 'Settings' : `Settings, ${count(changed)} changed`),
  settingsTitle: (title: string, settings: string) => `${title}: ${settings}`,
  atStep: (step: number) => `step ${count(step)}`,
  notProved: 'Does not prove:',
  source: (source: string) => `After ${source}.`,
  scale: (scale: string) => `Scale: ${scale}.`,
  unmasked: 'Of the map and the net alone, for any data.',
  masked: (title: string) =>
    `Against a mask of the pixels that decide the label. The set “${title}” comes with masks; other data have none.`,

  scaleFigure: (title: string, value: number) => `${title}: ${decimal(value)}`,
  chance: 'by chance',
  zero: '0',

  flipping: {
    figure: 'Logit of the class as pixels are taken out. Arrow keys move along the curves.',
    x: 'pixels taken out →',
    y: '↑ logit',
    share: (share: number) => percent(share),
    mapMost: 'map, most first',
    mapLeast: 'map, least first',
    gradientMost: 'gradient, most first',
    gradientLeast: 'gradient, least first',
    random: 'random order',
    at: (share: number, values: readonly { readonly name: string; readonly value: number }[]) =>
      `${percent(share)} out: ${values.map(({ name, value }) => `${name} ${signed(value)}`).join('; ')}`,
  },
  randomization: {
    original: 'as trained',
    step: (at: string) => `and ${at}`,
    first: (at: string) => `${at} anew`,
    value: (value: number | null) => (value === null ? 'flat map' : decimal(value)),
    map: (at: string) => `Map after ${at} was given fresh weights`,
    about: 'rank correlation with the map as trained',
  },
  draws: {
    figure: (draws: number) => `Relative change of the map in ${count(draws)} draws`,
    one: (value: number) => percent(value),
    axis: 'change of the map, as a share of its size',
  },
};
