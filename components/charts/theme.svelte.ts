import { createSubscriber } from 'svelte/reactivity';

/** The two themes every figure is drawn in. */
export type ThemeName = 'light' | 'dark';

const DARK = '(prefers-color-scheme: dark)';

const subscribe = createSubscriber((update) => {
  const media = matchMedia(DARK);
  media.addEventListener('change', update);
  const observer = new MutationObserver(update);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => {
    media.removeEventListener('change', update);
    observer.disconnect();
  };
});

function chosen(): ThemeName | null {
  const name = document.documentElement.dataset['theme'];
  return name === 'light' || name === 'dark' ? name : null;
}

/**
 * The theme in use. The document is the only holder of the choice: `data-theme` on the root element, or else what the
 * operating system asks for. Reading `current` in a component makes it follow both.
 */
export const theme = {
  get current(): ThemeName {
    subscribe();
    return chosen() ?? (matchMedia(DARK).matches ? 'dark' : 'light');
  },
  /** What the reader chose, or null to follow the system. */
  get choice(): ThemeName | null {
    subscribe();
    return chosen();
  },
  choose(name: ThemeName | null): void {
    if (name) document.documentElement.dataset['theme'] = name;
    else delete document.documentElement.dataset['theme'];
  },
};
