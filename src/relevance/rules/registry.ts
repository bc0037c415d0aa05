import { registry } from '../../core/registry.ts';
import type { RuleKind } from '../rule.ts';
import * as builtIn from './index.ts';

/** Every rule by id. */
export const ruleKinds = registry<RuleKind>('rule', Object.values(builtIn) as RuleKind[]);
