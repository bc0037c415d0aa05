/** Files that describe a folder of data rather than belong to it: they may lie among the data and are passed over. */
export const isDescription = (name: string): boolean => /\.md$|^(readme|licen[cs]e)(\.\w+)?$/i.test(name);
