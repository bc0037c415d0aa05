import { count } from '../number.ts';

/** What the page knows about a run, for its one sentence. */
export interface PageFinding {
  /** What is learned, as it starts a sentence: "Ten digits". */
  readonly subject: string;
  readonly step: number;
  /** Held-out samples read right, of how many; null before the first evaluation. */
  readonly right: number | null;
  readonly of: number;
  /** First step whose loss was not a number, if any. */
  readonly brokenAt?: number | null;
}

/** The finding of the run in one sentence, with its numbers. */
export function pageSentence({ subject, step, right, of, brokenAt = null }: PageFinding): string {
  if (brokenAt !== null)
    return `${subject}: training broke at step ${count(brokenAt)}, where the loss is not a number.`;
  const when = step === 0 ? 'before the first step' : `${count(step)} ${step === 1 ? 'step' : 'steps'} in`;
  if (right === null || of === 0) return `${subject}, ${when}.`;
  const samples = of === 1 ? 'unseen sample' : 'unseen samples';
  return `${subject}, ${when}: ${count(right)} of ${count(of)} ${samples} ${right === 1 ? 'is' : 'are'} read right.`;
}
