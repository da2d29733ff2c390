/** Elements made of nodes and words; a word is never read as markup. */

export type Nodes = readonly (Node | string)[];

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  children: Nodes = [],
  className?: string,
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  // One by one: `append` with thousands of arguments runs out of stack.
  for (const child of children) made.append(child);
  if (className !== undefined) made.className = className;
  return made;
}
