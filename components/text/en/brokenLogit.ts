/** What to say of a logit that leaves nothing to explain; null: it does. */
export function brokenLogit(start: number, name: string): string | null {
  if (!Number.isFinite(start)) return `The logit of ${name} is **not a number**: the weights have diverged.`;
  return start === 0 ? `The logit of ${name} is **0**: there is no evidence to share out.` : null;
}
