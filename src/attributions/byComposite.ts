import type { OptionTable, OptionValues } from '../core/options.ts';
import { readAndDispose } from '../core/readBack.ts';
import type { Composite, CompositeKind } from '../relevance/composite.ts';
import { defineAttribution, type Attribution } from './attribution.ts';
import { walkToInput } from '../relevance/walkToInput.ts';

/** What holds for every way to share a score out. */
const OTHER_TABLES =
  'Another table of rules gives another picture of the same net: it shows how these rules share the score out, not what the score would do if a pixel changed.';

/** A composite of rules as an attribution, with the composite's id, texts and settings. */
export function byComposite<const S extends OptionTable>(
  kind: CompositeKind<S>,
  caveat = OTHER_TABLES,
): Attribution<S, { start: Composite['start']; notFolded: readonly string[] }> {
  const { id, title, summary, source, options } = kind;
  return defineAttribution({
    id,
    title,
    summary,
    source,
    caveat,
    needsImages: false,
    options,
    async compute({ model, x, target, rules, inTurn }, chosen: OptionValues<S>) {
      const composite = kind(chosen);
      const { arrived, notFolded } = await inTurn(walkToInput(model, x, target, composite, rules));
      const [perChannel] = (await readAndDispose([arrived])) as [Float32Array];
      return { perChannel, details: { start: composite.start, notFolded } };
    },
  });
}
