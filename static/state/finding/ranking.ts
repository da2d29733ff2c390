/** How well a name fits what was typed of it. */

export type Match = "exact" | "prefix" | "word" | "infix";

const ORDER: readonly Match[] = ["exact", "prefix", "word", "infix"];

/** Whether `name` is what was typed, begins so, has a word that begins so, or has it inside; whatever the case. */
export function match(name: string, typed: string): Match | undefined {
  const key = name.toLowerCase();
  const wanted = typed.toLowerCase();
  const at = key.indexOf(wanted);
  if (at < 0) return undefined;
  if (at === 0) return key.length === wanted.length && wanted !== "" ? "exact" : "prefix";
  return beginsAWord(key, wanted) ? "word" : "infix";
}

/**
 * The choices that fit, the best first: prefix before infix, then in the order in which they came.
 * @param namesOf the spellings of a choice, of which the best counts
 */
export function ranked<Choice>(
  choices: readonly Choice[],
  typed: string,
  namesOf: (choice: Choice) => readonly string[],
): readonly Choice[] {
  const fitting = choices.flatMap((choice) => {
    const ranks = namesOf(choice).map((name) => match(name, typed)).filter((each) => each !== undefined);
    return ranks.length === 0
      ? []
      : [{ choice, rank: Math.min(...ranks.map((each) => ORDER.indexOf(each))) }];
  });
  return fitting.sort((a, b) => a.rank - b.rank).map(({ choice }) => choice);
}

function beginsAWord(key: string, wanted: string): boolean {
  return key.split(/[\s_.#-]+/).some((word) => word.startsWith(wanted));
}
