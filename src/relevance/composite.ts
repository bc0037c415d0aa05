import { InputError } from '../core/errors.ts';
import { parseOptions, type OptionTable, type OptionValues } from '../core/options.ts';
import type { Network } from '../network/network.ts';
import { isGate, isPointwise, isRoute, isSumOrMean, placesOf, type NodePlace } from './place.ts';
import type { Rule } from './rule.ts';
import { gradient, norm, pass } from './rules/index.ts';
import { ruleKinds } from './rules/registry.ts';

/** One row of a composite: the nodes it is for, and their rule. */
export type Row = readonly [matches: (place: NodePlace) => boolean, rule: Rule];

/** Which rule for which node: the first row that matches wins. */
export interface Composite {
  readonly id: string;
  readonly title: string;
  /** Its settings, as plain data. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What a class starts with: its logit (relevance), or 1 (gradients). */
  readonly start: 'logit' | 'one';
  readonly rows: readonly Row[];
}

interface Declared<S extends OptionTable> {
  readonly id: string;
  readonly title: string;
  /** One sentence for whoever picks it. */
  readonly summary: string;
  readonly source: string;
  readonly options: S;
  readonly start: Composite['start'];
  rows(options: OptionValues<S>): readonly Row[];
}

/** A composite before its settings are chosen: call it with some of them for a {@link Composite}. */
export interface CompositeKind<S extends OptionTable = OptionTable> extends Omit<Declared<S>, 'rows'> {
  (options?: Partial<OptionValues<S>>): Composite;
}

/** Declares a composite; the type of its settings follows from the table. */
export function defineComposite<const S extends OptionTable>(declared: Declared<S>): CompositeKind<S> {
  const { id, title, summary, source, options: table, start, rows } = declared;
  const kind = (given: Partial<OptionValues<S>> = {}): Composite => {
    const options = parseOptions(table, given, id);
    return { id, title, options, start, rows: rows(options) };
  };
  return Object.assign(kind, { id, title, summary, source, options: table, start });
}

/** What every composite of relevance does with the nodes that have no weights. */
export const withoutWeights: readonly Row[] = [
  [isSumOrMean, norm()],
  [isGate, norm()],
  [isPointwise, pass()],
  [isRoute, gradient()],
];

/** A rule as plain data: its id, or its id with settings. */
export type RuleSpec = string | { readonly rule: string; readonly [option: string]: unknown };

/** Rules chosen for single nodes, by node id. */
export type RuleChoices = Readonly<Record<string, RuleSpec>>;

/** The rule of every node, by id. A node no row matches is refused by name, and so is a choice that does not fit. */
export function rulesFor(net: Network, composite: Composite, choices: RuleChoices = {}): Map<string, Rule> {
  const places = placesOf(net);
  const stranger = Object.keys(choices).find((id) => !net.nodes.some((node) => node.id === id));
  if (stranger !== undefined) {
    throw new InputError(
      `rule for unknown node: "${stranger}"; nodes: ${net.nodes.map(({ id }) => id).join(', ')}`,
      stranger,
    );
  }
  return new Map(places.map((place) => [place.node.id, ruleOf(place, composite, choices)]));
}

function ruleOf(place: NodePlace, composite: Composite, choices: RuleChoices): Rule {
  const { id, kind } = place.node;
  if (Object.hasOwn(choices, id)) {
    const rule = ruleFrom(choices[id]!);
    if (rule.fits(place)) return rule;
    const others = fittingRules(place).map((other) => other.id);
    throw new InputError(`rule does not fit node "${id}" (${kind}): "${rule.id}"; use ${others.join(', ')}`, id);
  }
  const row = composite.rows.find(([matches]) => matches(place));
  if (!row) {
    throw new InputError(`no relevance rule for node "${id}" (${kind}); add a row for it to the composite`, id);
  }
  return row[1];
}

/** A rule from its plain description. */
export function ruleFrom(spec: RuleSpec): Rule {
  if (typeof spec === 'string') return ruleKinds.get(spec)();
  if (typeof spec !== 'object' || spec === null || typeof spec.rule !== 'string') {
    throw new InputError(
      `bad rule: ${JSON.stringify(spec)}; use an id such as "zPlus", or { "rule": "gamma", "gamma": 0.5 }`,
    );
  }
  const { rule, ...options } = spec;
  return ruleKinds.get(rule)(options);
}

/** The rules that are defined for a node. */
export function fittingRules(place: NodePlace) {
  return [...ruleKinds].filter((kind) => kind.fits(place));
}
