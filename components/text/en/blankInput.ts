import type { Settings } from '#src';

const blanks: Readonly<Record<string, string>> = { mean: 'an even input', blur: 'a blurred input' };

/** The input that stands for nothing, by the settings that were asked for. */
export const blankInput = ({ baseline }: Settings): string => blanks[String(baseline)] ?? 'a blank input';
