/** Colours: what each part of a line looks like, and whether there are any. */

import { styleText } from "node:util";

export type Role =
  | "time"
  | "room"
  | "direct"
  | "reading"
  | "stored"
  | "own"
  | "bot"
  | "notice"
  | "error"
  | "waiting"
  | "rule"
  | "prompt"
  | "match";

type Format = Parameters<typeof styleText>[0];

const FORMATS: Readonly<Record<Role, Format>> = {
  time: "gray",
  room: "cyan",
  direct: ["bold", "magenta"],
  reading: "blue",
  stored: "yellow",
  own: ["bold", "green"],
  bot: ["bold", "blue"],
  notice: "gray",
  error: ["bold", "red"],
  waiting: ["dim", "italic"],
  rule: "yellow",
  prompt: ["bold", "cyan"],
  match: ["bold", "underline"],
};

/** One of these for each name, always the same; green, red and gray mean something else. */
const NAME_FORMATS: readonly Format[] = [
  "cyan",
  "yellow",
  "magenta",
  "blueBright",
  "cyanBright",
  "magentaBright",
];

export interface Style {
  paint(role: Role, text: string): string;
  /** Somebody's name, in a colour of its own. */
  name(text: string): string;
}

export const PLAIN_STYLE: Style = { paint: (_role, text) => text, name: (text) => text };

export const COLOR_STYLE: Style = {
  paint: (role, text) => format(FORMATS[role], text),
  name: (text) => format(NAME_FORMATS[hash(text.toLowerCase()) % NAME_FORMATS.length]!, text),
};

/**
 * Whether to use colours, by the usual rules: FORCE_COLOR, then NO_COLOR, then a terminal that is not dumb.
 * @param env the value of a variable; undefined where it is not set or may not be read
 */
export function wantsColor(isTerminal: boolean, env: (name: string) => string | undefined): boolean {
  const force = env("FORCE_COLOR");
  if (force !== undefined) return force !== "0" && force !== "false";
  return isTerminal && !env("NO_COLOR") && env("TERM") !== "dumb";
}

function format(how: Format, text: string): string {
  // Without this option, styleText looks at the environment by itself, which needs a permission.
  return text === "" ? "" : styleText(how, text, { validateStream: false });
}

function hash(text: string): number {
  let sum = 0;
  for (const char of text) sum = (sum * 31 + char.codePointAt(0)!) >>> 0;
  return sum;
}
