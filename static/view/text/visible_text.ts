/** Characters that have no looks of their own, or change the looks of others, as words that can be seen. */

/** By their code, up to the space (ASCII, RFC 20). */
const CONTROL_NAMES = ("NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI " +
  "DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US").split(" ");

/** Bidirectional controls (UAX 9) turn around what stands beside them; the others show nothing, or only space. */
const NAMES: Readonly<Record<string, string>> = {
  "\x7f": "DEL",
  "\u00ad": "SHY",
  "\u034f": "CGJ",
  "\u115f": "HANGUL FILLER",
  "\u1160": "HANGUL FILLER",
  "\u17b4": "KHMER AQ",
  "\u17b5": "KHMER AA",
  "\u180e": "MVS",
  "\u200b": "ZWSP",
  "\u200c": "ZWNJ",
  "\u200d": "ZWJ",
  "\u200e": "LRM",
  "\u200f": "RLM",
  "\u061c": "ALM",
  "\u202a": "LRE",
  "\u202b": "RLE",
  "\u202c": "PDF",
  "\u202d": "LRO",
  "\u202e": "RLO",
  "\u2060": "WJ",
  "\u2066": "LRI",
  "\u2067": "RLI",
  "\u2068": "FSI",
  "\u2069": "PDI",
  "\u2800": "BRAILLE BLANK",
  "\u3164": "HANGUL FILLER",
  "\ufeff": "BOM",
  "\uffa0": "HANGUL FILLER",
  "\ufffc": "OBJECT",
};

/** What may be there to be seen: by far most texts have none of it. */
const SUSPECT =
  // deno-lint-ignore no-control-regex -- these are what is looked for
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u2800\ufffc\p{Default_Ignorable_Code_Point}]|\p{M}{9}/u;

/**
 * Emoji are joined and coloured by characters that show nothing (UTS 51), and so are letters of some scripts joined or kept
 * apart (ZWJ and ZWNJ between letters that are not Latin, Greek or Cyrillic). Variants are chosen so in Chinese and Mongolian. A
 * soft hyphen in a word is where it may break. One mark of direction beside words of two directions keeps signs in their places.
 */
const WELL_USED = [
  /\p{RGI_Emoji}/v,
  /(?:\p{Emoji}[\ufe0e\ufe0f]?\u20e3?|\p{Extended_Pictographic}\p{EMod}?\ufe0f?)(?:\u200d\p{Extended_Pictographic}\p{EMod}?\ufe0f?)*/v,
  /(?<=(?![\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])[\p{L}\p{M}])[\u200c\u200d](?=\p{L})/v,
  /(?<=\p{Script=Han})[\u{e0100}-\u{e01ef}]/v,
  /(?<=\p{Script=Mongolian})[\u180b-\u180e]/v,
  /(?<=\p{L}\p{M}?)\u00ad(?=\p{L})/v,
  /(?<![\w\u200e\u200f\u061c])[\u200e\u200f\u061c](?![\u200e\u200f\u061c])|[\u200e\u200f\u061c](?![\w\u200e\u200f\u061c])/v,
].map(({ source }) => source).join("|");

const INVISIBLE =
  // deno-lint-ignore no-control-regex -- these are what is looked for
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u2800\ufffc\p{Default_Ignorable_Code_Point}]+/v;

/** More marks than any script puts on one letter; the rest would be painted over the lines around. */
const MOST_MARKS = 8;
const MANY_MARKS = new RegExp(`(\\p{M}{${MOST_MARKS}})\\p{M}+`, "gu");

const PARTS = new RegExp(`(${WELL_USED})|${INVISIBLE.source}`, "gv");

/**
 * `text` with what cannot be seen shown by its name (`‹ESC›`, `‹RLO›`, `‹ZWSP ×12›`); tabs and line breaks stay, of which there
 * is one kind. Unicode has pictures of control characters, but common fonts have not.
 */
export function visible(text: string): string {
  if (!SUSPECT.test(text)) return text;
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(PARTS, (part, used: string | undefined) => used ?? named(part))
    .replace(MANY_MARKS, "$1");
}

/** A run of invisible characters: one name for each that follows itself, and one number where there are many kinds. */
function named(run: string): string {
  const chars = [...run];
  const groups: { name: string; count: number }[] = [];
  for (const char of chars) {
    const name = nameOf(char);
    const last = groups.at(-1);
    if (last?.name === name) last.count += 1;
    else groups.push({ name, count: 1 });
  }
  if (groups.length > MOST_GROUPS) return `‹${chars.length} hidden characters›`;
  return groups.map(({ name, count }) => count === 1 ? `‹${name}›` : `‹${name} ×${count}›`).join("");
}

const MOST_GROUPS = 3;

function nameOf(char: string): string {
  const code = char.codePointAt(0)!;
  // Tags (U+E0000 on) repeat ASCII without showing it.
  if (code >= 0xe0020 && code < 0xe007f) return `TAG ${String.fromCharCode(code - 0xe0000)}`;
  return NAMES[char] ?? CONTROL_NAMES[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
