import type { Component } from 'svelte';
import type { Inquiry } from './inquiry.svelte.ts';

type Load = () => Promise<{ default: Component<{ inquiry: Inquiry }> }>;

const found = import.meta.glob('./*Panel.svelte') as Record<string, Load>;

const names = { concepts: 'Concepts', maps: 'Maps', checks: 'Checks', inputs: 'Inputs' };

/** A part of the workbench. */
export type Tab = keyof typeof names;

export const tabNames = (Object.keys(names) as Tab[]).filter((name) => `./${names[name]}Panel.svelte` in found);

/** Each part comes as a piece of its own when it is first opened. */
export const tabs = Object.fromEntries(
  tabNames.map((name) => [name, found[`./${names[name]}Panel.svelte`]!]),
) as Record<Tab, Load>;

/** The part an address asks for. */
export const tabOf = (name: string | undefined): Tab | null => tabNames.find((tab) => tab === name) ?? null;
