import { registry } from '../../core/registry.ts';
import type { Composite, CompositeKind } from '../composite.ts';
import * as builtIn from './index.ts';

/** Every ready-made table of rules. */
export const composites = registry<CompositeKind>('composite', Object.values(builtIn) as CompositeKind[]);

/** A composite as plain data: its id, or its id with settings. */
export type CompositeSpec = string | { readonly composite: string; readonly [option: string]: unknown };

/** A composite from its plain description. */
export function compositeFrom(spec: CompositeSpec): Composite {
  if (typeof spec === 'string') return composites.get(spec)();
  const { composite, ...options } = spec;
  return composites.get(composite)(options);
}
