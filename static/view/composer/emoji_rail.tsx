/** Leads to the groups of emoji. One stop for the Tab key; Left and Right go on from there. */

import type { EmojiGroup } from "../../state/writing/emoji_data.ts";
import { Icon } from "../controls/icon.tsx";

interface EmojiRailProps {
  groups: readonly EmojiGroup[];
  /** Which of them has no sign of its own: what was used last. */
  recent: string;
  onGo: (index: number) => void;
}

export function EmojiRail({ groups, recent, onGo }: EmojiRailProps) {
  return (
    <div class="emoji-rail" role="toolbar" aria-label="Groups of emoji" onKeyDown={goSideways}>
      {groups.map(({ title, emoji }, index) => (
        <button
          type="button"
          class="emoji-group-button"
          aria-label={title}
          title={title}
          tabIndex={index === 0 ? 0 : -1}
          onClick={() => onGo(index)}
          key={title}
        >
          {title === recent ? <Icon name="clock" /> : <span aria-hidden="true">{emoji[0]?.symbol}</span>}
        </button>
      ))}
    </div>
  );
}

function goSideways(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const isForward = event.key === "ArrowRight";
  if (!isForward && event.key !== "ArrowLeft") return;
  event.preventDefault();
  const isTurned = getComputedStyle(event.currentTarget).direction === "rtl";
  const { activeElement } = document;
  const next = isForward !== isTurned
    ? activeElement?.nextElementSibling
    : activeElement?.previousElementSibling;
  (next as HTMLElement | null)?.focus();
}
