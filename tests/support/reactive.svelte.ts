/** Props that a test can change after mounting. Records stay as they are: only the outer object is watched. */
export function reactive<Props extends object>(props: Props): { readonly current: Props } {
  const fields = Object.fromEntries(
    Object.entries(props).map(([name, value]) => {
      let own = $state.raw<unknown>(value);
      return [name, { enumerable: true, get: () => own, set: (next: unknown) => (own = next) }];
    }),
  );
  const current = Object.defineProperties({}, fields) as Props;
  return { current };
}
