/** What can be done with a message; shown where it is pointed at or has the focus. */

import { linkTo } from "../../state/finding/address.ts";
import type { Entry } from "../../state/reading/entry.ts";
import { conversationOf } from "../../state/keys.ts";
import { tell } from "../../state/toast.ts";
import { useChat } from "../chat_context.ts";
import { copyText } from "../controls/clipboard.ts";
import { Icon } from "../controls/icon.tsx";
import { fullTime } from "../text/time.ts";

export function MessageActions({ entry }: { entry: Entry }) {
  const me = useChat().me.value;
  const { seq } = entry;
  if (seq === undefined) return null;
  const name = conversationOf({ ...entry, type: entry.isReading ? "subscription" : "chat" }, me);
  return (
    <div class="message-actions">
      <span class="message-full-time" aria-hidden="true">{fullTime(entry.time)}</span>
      <button
        type="button"
        class="icon-button icon-button-small"
        aria-label="Copy link"
        title="Copy link"
        onClick={() => void copyLink(name, seq)}
      >
        <Icon name="link" />
      </button>
    </div>
  );
}

/** To a conversation, or to a message there. */
export async function copyLink(name: string, seq?: number): Promise<void> {
  const link = linkTo({ name, ...(seq !== undefined && { seq }) });
  tell(await copyText(link) ? "Link copied" : `Copy it from here: ${link}`);
}
