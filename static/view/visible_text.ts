/** Characters that have no looks of their own, as words that can be seen. */

// deno-lint-ignore no-control-regex -- these are what is looked for
const CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;
/** By their code, up to the space (ASCII, RFC 20). */
const NAMES = ("NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI " +
  "DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US").split(" ");

/**
 * `text` with its control characters shown by their names (`‹ESC›`); tabs and line breaks stay. Unicode has pictures of them,
 * but common fonts have not.
 */
export function visible(text: string): string {
  return text.replace(CONTROLS, (char) => `‹${nameOf(char.charCodeAt(0))}›`);
}

function nameOf(code: number): string {
  return NAMES[code] ?? (code === 0x7f ? "DEL" : `U+00${code.toString(16).toUpperCase()}`);
}
