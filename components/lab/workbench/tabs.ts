import type { Component } from 'svelte';
import type { Inquiry } from './inquiry.svelte.ts';

/** The parts of the workbench. Each comes as a piece of its own when it is first opened. */
export const tabs = {
  concepts: () => import('./ConceptsPanel.svelte'),
  maps: () => import('./MapsPanel.svelte'),
  checks: () => import('./ChecksPanel.svelte'),
  inputs: () => import('./InputsPanel.svelte'),
} satisfies Record<string, () => Promise<{ default: Component<{ inquiry: Inquiry }> }>>;

export type Tab = keyof typeof tabs;

export const tabNames = Object.keys(tabs) as Tab[];

/** The part an address asks for. */
export const tabOf = (name: string | undefined): Tab | null => tabNames.find((tab) => tab === name) ?? null;
