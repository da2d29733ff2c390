/** Finds the word that was meant by one with a slip of the fingers in it. */

/** Ordinary words that are one slip away from a word of the topics and mean something else. */
const NO_SLIPS: ReadonlySet<string> = new Set(
  `massage massages passage quest guess glass sever threat threats premise premises onion onions reunion spring strong
   senior starch nodule brunch tablet broom brooms pastword passport genetic genetics promised evening chanel clients
   hosting rooms roots plane planes rental pasta paste`.trim().split(/\s+/),
);

/**
 * The known word nearest to `word`: one letter added, dropped, changed or swapped with its neighbour, in long words two.
 * Short words have too many neighbours that mean something else, so of them less is forgiven. Undefined where none is near.
 */
export function nearestWord(word: string, known: Iterable<string>): string | undefined {
  if (word.length < 4 || NO_SLIPS.has(word) || !/^[a-z]+$/.test(word)) return undefined;
  const allowed = word.length >= 10 ? 2 : 1;
  let nearest: string | undefined;
  let fewest = allowed + 1;
  for (const other of known) {
    if (!isComparable(word, other, allowed)) continue;
    const slips = slipsBetween(word, other);
    if (slips >= fewest || word.length < 6 && isChangedLetter(word, other)) continue;
    nearest = other;
    fewest = slips;
  }
  return nearest;
}

function isComparable(word: string, other: string, allowed: number): boolean {
  if (other.length < 4 || Math.abs(word.length - other.length) > allowed) return false;
  // Fingers seldom miss the first letter; of short words, a letter too many makes another word more often than a slip.
  if (word.length === 4 && other.length < 4) return false;
  return word[0] === other[0] || word[0] === other[1] && word[1] === other[0];
}

function isChangedLetter(word: string, other: string): boolean {
  return word.length === other.length && [...word].sort().join("") !== [...other].sort().join("");
}

/** Optimal string alignment distance (Damerau-Levenshtein, each part changed at most once). */
function slipsBetween(a: string, b: string): number {
  let older: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(above[j]! + 1, row[j - 1]! + 1, changed);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, older[j - 2]! + 1);
      }
      row.push(least);
    }
    older = above;
    above = row;
  }
  return above[b.length]!;
}
