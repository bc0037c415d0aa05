import {
  compositeFrom,
  fittingRules,
  placesOf,
  ruleFrom,
  type Composite,
  type CompositeSpec,
  type Network,
  type NodePlace,
  type Rule,
  type RuleChoices,
  type RuleKind,
  type RuleSpec,
} from '#src';

/** One node of a net with the rule that relevance passes it by. */
export interface RuleRow {
  readonly node: string;
  readonly kind: string;
  /** "5 × 5, stride 2", or the activation. */
  readonly detail: string;
  /** Null where neither the composite nor the reader has one that fits. */
  readonly rule: Rule | null;
  /** Chosen for this node by the reader, in the place of the composite's. */
  readonly isChosen: boolean;
  /** The rules that are defined for it. */
  readonly fitting: readonly RuleKind[];
  /** Title of a chosen rule that is not defined for it. */
  readonly misfit: string | null;
  /** What is wrong with the settings of a chosen rule. */
  readonly problem: string | null;
}

/** The nodes from the last to the first, the order in which relevance meets them. */
export function ruleRows(net: Network, spec: CompositeSpec, choices: RuleChoices): RuleRow[] {
  const composite = compositeFrom(spec);
  return placesOf(net)
    .reverse()
    .map((place) => rowOf(place, composite, choices));
}

/** Nodes with a chosen rule that the net does not have. */
export function strangersIn(net: Network, choices: RuleChoices): string[] {
  return Object.keys(choices).filter((id) => !net.nodes.some((node) => node.id === id));
}

function rowOf(place: NodePlace, composite: Composite, choices: RuleChoices): RuleRow {
  const { node, activation } = place;
  const isChosen = Object.hasOwn(choices, node.id);
  const own = composite.rows.find(([matches]) => matches(place))?.[1] ?? null;
  const found = isChosen ? chosenRule(place, choices[node.id]!) : { rule: own, misfit: null, problem: null };
  return {
    node: node.id,
    kind: node.kind,
    detail: activation?.id ?? node.layer.detail(node.options),
    isChosen,
    fitting: fittingRules(place),
    ...found,
  };
}

function chosenRule(place: NodePlace, spec: RuleSpec): Pick<RuleRow, 'rule' | 'misfit' | 'problem'> {
  try {
    const rule = ruleFrom(spec);
    const fits = rule.fits(place);
    return { rule: fits ? rule : null, misfit: fits ? null : rule.title, problem: null };
  } catch (error) {
    return { rule: null, misfit: null, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** A rule with settings, as plain data: its id alone where all settings are the defaults. */
export function ruleSpec(id: string, settings: Readonly<Record<string, unknown>>): RuleSpec {
  return Object.keys(settings).length === 0 ? id : { rule: id, ...settings };
}

/** The settings of a rule that differ from its defaults. */
export function ownSettings(rule: Rule, kind: RuleKind): Readonly<Record<string, unknown>> {
  const differs = ([key, value]: [string, unknown]) =>
    JSON.stringify(value) !== JSON.stringify(kind.options[key]?.default);
  return Object.fromEntries(Object.entries(rule.options).filter(differs));
}
