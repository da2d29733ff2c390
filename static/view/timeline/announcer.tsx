/** The one live region: hears of new messages as words that are only for a screen reader. */

import type { Announcements } from "../../state/reading/announcements.ts";
import { visible } from "../text/visible_text.ts";

export function Announcer({ announcements }: { announcements: Announcements }) {
  return (
    <div class="for-ears" role="log" aria-label="New messages" aria-relevant="additions">
      {announcements.said.value.map(({ key, text }) => <p key={key}>{visible(text)}</p>)}
    </div>
  );
}
