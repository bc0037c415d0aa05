import { registry } from '../core/registry.ts';
import { gradientOnly } from '../relevance/composites/gradientOnly.ts';
import { composites } from '../relevance/composites/registry.ts';
import type { Attribution } from './attribution.ts';
import { byComposite } from './byComposite.ts';
import * as builtIn from './index.ts';

/** Composites that an item with more to say stands for: `gradient`, and those of the same id. */
const replaced = new Set([gradientOnly.id, ...Object.keys(builtIn)]);

/**
 * Everything that yields a map: `await attributions.get('smoothGrad').explain(model, x, 3)`. The composites of relevance
 * come first, each under its own id.
 */
export const attributions = registry<Attribution>('attribution', [
  ...[...composites].filter(({ id }) => !replaced.has(id)).map((kind) => byComposite(kind)),
  ...(Object.values(builtIn) as Attribution[]),
]);
