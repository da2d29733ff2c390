/** `Accept-Encoding`: which form of a file goes out (RFC 9110, 12.5.3). */

/** Those that files can be there in, the best first. */
export const ENCODINGS = ["br", "gzip", "identity"] as const;
export type Encoding = typeof ENCODINGS[number];

/**
 * The one that is wanted most; among equals, the best. What is not compressed goes out where nothing else is wanted, also to who says
 * not to want that.
 * @param there has at least `identity`
 */
export function chooseEncoding(header: string | null, there: { has(encoding: Encoding): boolean }): Encoding {
  const wanted = weights(header ?? "");
  let best: Encoding = "identity";
  let bestWeight = 0;
  for (const encoding of ENCODINGS) {
    const weight = there.has(encoding) ? weightOf(encoding, wanted) : 0;
    if (weight > bestWeight) [best, bestWeight] = [encoding, weight];
  }
  return best;
}

/** 0 is not at all. */
function weightOf(encoding: Encoding, wanted: ReadonlyMap<string, number>): number {
  const named = wanted.get(encoding) ?? (encoding === "gzip" ? wanted.get("x-gzip") : undefined);
  // Without a word about it, identity is acceptable, and anything that is named with a weight is better.
  return named ?? wanted.get("*") ?? (encoding === "identity" ? Number.MIN_VALUE : 0);
}

/** By name, as in `br;q=0.5, gzip`. What is malformed does not count. */
function weights(header: string): ReadonlyMap<string, number> {
  const result = new Map<string, number>();
  for (const part of header.toLowerCase().split(",")) {
    const match = /^\s*([\w*-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$/.exec(part);
    if (match) result.set(match[1]!, Math.min(1, Number(match[2] ?? 1)));
  }
  return result;
}
