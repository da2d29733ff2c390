/** A user's picture: initials on a colour that is the same for the same name everywhere. */

import { Icon } from "./icon.tsx";
import { colourOf } from "../text/name_colour.ts";

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

export function botKind(name: string): "device" | "mind" {
  return /thermo/i.test(name) ? "device" : "mind";
}

function initials(name: string): string {
  const [first = "?", second] = name.split(/[_.-]+/).filter((part) => part !== "");
  return (first[0]! + (second?.[0] ?? "")).toUpperCase();
}
