import type { OptimizationTarget, OptimizedInput } from '#src';
import { count, percent, quantity, signedQuantity } from '../number.ts';

/** Probabilities before and after, in the order of the classes. */
export interface AnswersOfInput {
  readonly before: ArrayLike<number>;
  readonly after: ArrayLike<number>;
}

/** Reads what a change of the input did: to the answer where the label was attacked, else to the number climbed. */
export function inputsSentence(
  record: OptimizedInput,
  { before, after }: AnswersOfInput,
  className: (index: number) => string,
): string {
  if (record.gradientSizes.every((size) => size === 0) && record.perturbation.linf === 0) {
    return '**Nothing moved: the gradient is zero.** From this start no small step changes the number.';
  }
  const [was, is] = [best(before), best(after)];
  const now = `**${className(is)}**, with ${percent(after[is]!)}`;
  if (record.target.kind === 'label') {
    const unit = record.shape.length === 3 ? 'pixel' : 'number';
    const change = `A change of at most **${quantity(record.perturbation.linf, 2)} per ${unit}**`;
    if (was !== is) return `${change} turns the ${className(was)} into a ${now}.`;
    const [first, last] = [percent(before[is]!, 1), percent(after[is]!, 1)];
    const share = first === last ? `${last} as before` : `${last} instead of ${first}`;
    return `${change} does not turn the answer: it is still **${className(is)}**, with ${share}.`;
  }
  const steps = record.gradientSizes.length;
  const [first, last] = [record.trace[0]!, record.trace[steps]!];
  const verb = last >= first ? 'raise' : 'lower';
  const climb = `${count(steps)} ${steps === 1 ? 'step' : 'steps'} ${verb} ${nameOf(record.target, className)} from ${signedQuantity(first)} to **${signedQuantity(last)}**.`;
  const answer =
    was === is ? `The net still answers ${now}.` : `The net answers ${now}; before it answered ${className(was)}.`;
  return `${climb} ${answer}`;
}

function nameOf(target: OptimizationTarget, className: (index: number) => string): string {
  switch (target.kind) {
    case 'logit':
      return `the logit of ${className(target.class)}`;
    case 'channel':
      return `the mean of ${target.node}, channel\u00a0${count(target.channel)},`;
    case 'node':
      return `what ${target.node} answers (half its mean square)`;
    case 'label':
      return `the loss for ${className(target.class)}`;
  }
}

function best(values: ArrayLike<number>): number {
  let at = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[at]!) at = i;
  return at;
}
