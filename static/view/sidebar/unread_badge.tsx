/** How much is unread; where the user is called, it stands out and counts that. */

import { isRoom } from "../../state/keys.ts";

export function UnreadBadge(
  { name, unread, mentions }: { name: string; unread: number; mentions: number },
) {
  if (unread === 0) return null;
  const isCalled = mentions > 0;
  const count = isCalled ? mentions : unread;
  return (
    <span class={`badge ${isCalled ? "badge-mention" : "badge-quiet"}`}>
      {isCalled && isRoom(name) && <span aria-hidden="true">@</span>}
      {count > 99 ? "99+" : count}
      <span class="for-ears">{isCalled ? " for you" : ""} unread</span>
    </span>
  );
}
