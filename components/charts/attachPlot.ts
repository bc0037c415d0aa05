import type { Attachment } from 'svelte/attachments';

/** Puts an Observable Plot figure into an element, and a new one whenever what it reads has changed. */
export function attachPlot(plot: () => Element): Attachment<HTMLElement> {
  return (element) => element.replaceChildren(plot());
}
