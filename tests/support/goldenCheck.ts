import * as tf from '@tensorflow/tfjs-core';
import type { GoldenCase } from './goldenCase.ts';

export interface GoldenReport {
  readonly checked: number;
  /** Kinds found and not built. */
  readonly notBuilt: readonly string[];
  /** Why the file fails: numbers that differ, and kinds that nobody allowed to be missing. */
  readonly failures: readonly string[];
}

/** Checks every case of a file on the current tier. */
export async function checkGolden(cases: readonly GoldenCase[], allowed: ReadonlySet<string>): Promise<GoldenReport> {
  const failures: string[] = [];
  const missing = new Map<string, string>();
  let checked = 0;
  for (const { kind, where, check } of cases) {
    if (!check) {
      if (!missing.has(kind)) missing.set(kind, where);
      continue;
    }
    checked += 1;
    const before = tf.memory().numTensors;
    const problems = await check().catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
    failures.push(...problems.map((problem) => `${where}: ${problem}`));
    const left = tf.memory().numTensors - before;
    if (left !== 0) failures.push(`${where}: ${left} tensors were left behind`);
  }
  for (const [kind, where] of missing) {
    if (!allowed.has(kind)) {
      failures.push(`unknown kind: "${kind}" at ${where}; it is neither built nor listed in not-built.json`);
    }
  }
  return { checked, notBuilt: [...missing.keys()], failures };
}

/** The line that says what was done, and on which tier it really ran. */
export function goldenLine(name: string, { checked, notBuilt }: GoldenReport, tier: string): string {
  return `golden: ${name}, ${checked} cases checked, ${notBuilt.length} kinds not built (tier ${tier})`;
}
