import type { Component } from 'svelte';

/** A component with example data, at the width it has in the lab. */
export interface ExampleView {
  readonly name: string;
  readonly component: Component<Record<string, unknown>>;
  readonly props: Record<string, unknown>;
  readonly width: number;
}

/** Pairs a component with its own props, so that both are checked. */
export function view<Props extends object>(
  name: string,
  component: Component<Props>,
  width: number,
  props: Props,
): ExampleView {
  // The list holds components of many shapes; each is paired with its own props here, where both are checked.
  return {
    name,
    component: component as unknown as ExampleView['component'],
    props: props as ExampleView['props'],
    width,
  };
}
