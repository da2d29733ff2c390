/** How well a name fits what was typed of it, and where. */

export interface Fit {
  /** The higher, the better; comparable between names. */
  readonly score: number;
  /** Places in the name, each a start and an end. */
  readonly places: readonly (readonly [number, number])[];
}

const EXACT = 100, PREFIX = 80, WORD = 60, INSIDE = 40, SCATTERED = 20;
/** Fewer letters are scattered in nearly every name. */
const LEAST_SCATTERED = 3;

/** Undefined where the letters typed are not in the name in this order. White space that was typed may be missing there. */
export function fit(name: string, typed: string): Fit | undefined {
  const text = folded(name);
  const wanted = folded(typed.trim());
  if (wanted === "") return { score: 0, places: [] };
  const at = bestPlace(text, wanted);
  if (at < 0) {
    return wanted.length < LEAST_SCATTERED ? undefined : scattered(text, wanted.replace(/\s+/g, ""));
  }
  const base = text.length === wanted.length
    ? EXACT
    : at === 0
    ? PREFIX
    : beginsWord(text, at)
    ? WORD
    : INSIDE;
  return { score: base - closeness(text), places: [[at, at + wanted.length]] };
}

/** Where a word begins, or else anywhere. */
function bestPlace(text: string, wanted: string): number {
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    if (beginsWord(text, at)) return at;
  }
  return text.indexOf(wanted);
}

/** Letter after letter, each as early as can be. */
function scattered(text: string, wanted: string): Fit | undefined {
  const places: [number, number][] = [];
  let from = 0;
  for (const letter of wanted) {
    const at = text.indexOf(letter, from);
    if (at < 0) return undefined;
    const last = places.at(-1);
    if (last?.[1] === at) last[1] = at + letter.length;
    else places.push([at, at + letter.length]);
    from = at + letter.length;
  }
  return { score: SCATTERED / places.length - closeness(text), places };
}

function beginsWord(text: string, at: number): boolean {
  return at === 0 || /[^\p{L}\p{N}]/u.test(text[at - 1]!);
}

/** Of names that fit equally the shorter is meant more probably. */
function closeness(text: string): number {
  return Math.min(text.length, 50) / 100;
}

/** Without case; accents are left off where that keeps every letter in its place. */
function folded(text: string): string {
  const lower = text.toLowerCase();
  const plain = lower.normalize("NFD").replace(/\p{M}/gu, "");
  return plain.length === text.length ? plain : lower.length === text.length ? lower : text;
}
