/** Texts that a terminal must not be given. */

/** Everything that a hostile participant, or server, may put into a text. */
export const HOSTILE = "\x1b[31mred\x1b]0;title\x07\x9b2J\x90q\x9c\r\b\x7f\u202eevil\u2066 \x1bc";

// deno-lint-ignore no-control-regex
export const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;
