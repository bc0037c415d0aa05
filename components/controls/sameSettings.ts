type Settings = Readonly<Record<string, unknown>>;

/** Whether two tables of settings say the same, in whatever order. */
export function sameSettings(a: Settings, b: Settings): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => JSON.stringify(a[key]) === JSON.stringify(b[key]));
}
