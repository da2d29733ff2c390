/** Which parts of a snippet are what was looked for. */

export interface Part {
  readonly text: string;
  readonly isHit: boolean;
}

const MARK = "**";

/**
 * The server sets hits between pairs of asterisks; the text itself can hold such pairs. Where it does, the snippet is
 * compared with the text.
 */
export function partsOf(snippet: string, text: string): readonly Part[] {
  if (!text.includes(MARK)) return split(snippet);
  const [, begin = "", body = "", end = ""] = /^(…?)([^]*?)(…?)$/.exec(snippet) ?? [];
  for (
    let start = text.indexOf(firstLetter(body));
    start >= 0;
    start = text.indexOf(firstLetter(body), start + 1)
  ) {
    // Asterisks before the first letter are the text's own, the mark's, or both.
    for (let own = 0; own <= start && (own === 0 || text[start - own] === "*"); own++) {
      const parts = compared(body, text.slice(start - own));
      if (parts) return [plain(begin), ...parts, plain(end)].filter((part) => part.text !== "");
    }
  }
  return split(snippet);
}

/** A snippet is one line of words: what begins and ends code, and what is strong, says nothing there. */
export function withoutMarks(text: string): string {
  return text.replaceAll(/```[\w-]*\s?|`|\*\*/g, "");
}

function firstLetter(body: string): string {
  return /[^*]/.exec(body)?.[0] ?? "*";
}

function split(snippet: string): readonly Part[] {
  return snippet.split(MARK).map((text, index) => ({ text, isHit: index % 2 === 1 }))
    .filter((part) => part.text !== "");
}

/** Undefined where `text` does not begin with what `body` shows. */
function compared(body: string, text: string): Part[] | undefined {
  const parts: Part[] = [];
  let at = 0;
  let isHit = false;
  for (const [run] of body.matchAll(/\*+|[^*]+/g)) {
    const own = run.startsWith("*") ? /^\**/.exec(text.slice(at))![0] : run;
    const marks = run.length - own.length;
    if (!text.startsWith(own, at) || marks !== 0 && marks !== MARK.length) return undefined;
    // A mark stands next to its word: after it where it ends, before it where it begins.
    if (marks > 0 && isHit) isHit = false;
    else if (marks > 0) isHit = true;
    parts.push({ text: own, isHit: isHit && marks === 0 });
    at += own.length;
  }
  return parts;
}

function plain(text: string): Part {
  return { text, isHit: false };
}
