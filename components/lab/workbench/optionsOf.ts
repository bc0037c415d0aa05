/** The choices of a select from their names by value. */
export function optionsOf<Value extends string>(
  names: Readonly<Record<Value, string>>,
): { readonly value: Value; readonly label: string }[] {
  // Cast: the keys of a record are what its type says.
  return (Object.keys(names) as Value[]).map((value) => ({ value, label: names[value] }));
}
