import { count, percent, quantity } from '../number.ts';

/** Words of the workbench's inputs: changed until the net sees something in them. */
export const inputsText = {
  method: 'Method',
  climb: 'What grows',
  byLogit: 'the logit of a class',
  byChannel: (node: string, channel: number) => `${node}, channel ${count(channel)}, selected`,
  class: 'Class',
  towards: 'Towards',
  away: 'Away from',
  ofItself: (name: string) => `${name}, as answered`,
  runnerUp: (name: string) => `${name}, the next guess`,
  node: 'Layer',
  run: 'Run again',
  stop: 'Stop',
  made: (step: number) => `Made with the weights of step ${count(step)}.`,
  fromNoise: 'Start from noise',
  nothing: 'The input stays as it is until a method has run.',

  before: 'before',
  after: 'after',
  difference: 'difference',
  differenceMap: 'What the change adds to each pixel and takes away',
  darker: 'less',
  brighter: 'more',
  norms: (linf: number, l2: number, isImage: boolean) =>
    `Largest change of a ${isImage ? 'pixel' : 'number'} ${quantity(linf, 2)}; length of the whole change ${quantity(l2, 2)}.`,
  flat: 'This net reads single numbers, so there are no pictures: the numbers stand in a table.',

  film: 'The input on the way, from the first step to the last',
  frame: (step: number) => (step === 0 ? 'start' : `step ${count(step)}`),
  frameOf: (step: number) => `The input after ${count(step)} ${step === 1 ? 'step' : 'steps'}`,

  answers: 'What the net answers',
  answer: (name: string, before: number, after: number) =>
    `${name}: ${percent(before, 1)} before, ${percent(after, 1)} after`,
  share: (share: number) => percent(share, 1),

  trace: 'The number that is climbed, step by step. Arrow keys move along it.',
  step: 'step →',
  stepTick: (step: number) => (Number.isInteger(step) ? count(step) : ''),
  value: (value: number) => quantity(value),
  at: (step: number, value: number) => `step ${count(step)}: ${quantity(value)}`,
  targets: {
    logit: (name: string) => `logit of ${name}`,
    channel: (node: string, channel: number) => `mean of ${node}, channel ${count(channel)}`,
    node: (node: string) => `half the mean square of ${node}`,
    label: (name: string) => `loss for ${name}`,
  },
};
