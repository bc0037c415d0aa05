/** Outlines on a 16 × 16 grid, filled with the text's colour. */
export const icons = {
  play: 'M4 2.5v11L13 8z',
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  step: 'M3 2.5v11L11 8zM11.5 3H13v10h-1.5z',
  reset: 'M13 2.5v11L5 8zM3 3h1.5v10H3z',
  enlarge: 'M9 2h5v5h-1.5V4.6L9.6 7.5 8.5 6.4l2.9-2.9H9zM7 14H2V9h1.5v2.4l2.9-2.9 1.1 1.1-2.9 2.9H7z',
  more: 'M3 6.8a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4zM8 6.8a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4zM13 6.8a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4z',
  down: 'M4 6h8l-4 5z',
  theme: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zm0 1.5a5 5 0 0 0 0 10z',
} as const satisfies Record<string, string>;

export type IconName = keyof typeof icons;
