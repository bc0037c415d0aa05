import { en } from './en.ts';

/** The shape every language must fill. */
export type Catalogue = typeof en;

/** All words of the interface. */
export const text: Catalogue = en;
