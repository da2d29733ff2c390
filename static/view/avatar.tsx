/** A user's picture: initials on one of eight colours, the same for the same name everywhere. */

import { userKey } from "../../protocol/names.ts";
import { Icon } from "./icon.tsx";

const COLOURS = 8;

/** Bots have the colour of what they are, not one of their own. */
export function Avatar(
  { name, bot = false, small = false }: { name: string; bot?: boolean; small?: boolean },
) {
  return (
    <span
      class={`avatar ${small ? "avatar-small" : ""}`}
      data-colour={bot ? undefined : colourOf(name)}
      data-bot={bot ? botKind(name) : undefined}
      aria-hidden="true"
    >
      {bot ? <Icon name={botKind(name) === "device" ? "thermometer" : "ask"} /> : initials(name)}
    </span>
  );
}

export function colourOf(name: string): number {
  // FNV-1a: spreads names that differ in one letter over all colours.
  let hash = 0x811c9dc5;
  for (const char of userKey(name)) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  return (hash >>> 12) % COLOURS;
}

export function botKind(name: string): "device" | "mind" {
  return /thermo/i.test(name) ? "device" : "mind";
}

function initials(name: string): string {
  const [first = "?", second] = name.split(/[_.-]+/).filter((part) => part !== "");
  return (first[0]! + (second?.[0] ?? "")).toUpperCase();
}
