/** All keys of the page, as its table of shortcuts has them. */

import { labelsOf, type Shortcut, SHORTCUTS } from "../../state/finding/shortcuts.ts";
import { Dialog } from "./dialog.tsx";
import { KeyCaps } from "../controls/key_caps.tsx";

const GROUPS: readonly (readonly [string, readonly Shortcut["holds"][]])[] = [
  ["Anywhere", ["anywhere"]],
  ["While not typing", ["not while typing"]],
  ["In the message field", ["in the message field"]],
  ["In lists", ["in lists"]],
];

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" isWide onClose={onClose}>
      <div class="key-groups">
        {GROUPS.map(([title, holds]) => (
          <section class="key-group" key={title}>
            <h3>{title}</h3>
            <dl>
              {SHORTCUTS.filter((each) => holds.includes(each.holds)).map(({ keys, does }) => (
                <div class="key-row" key={does}>
                  <dt>{does}</dt>
                  <dd>{keys.map((each) => <KeyCaps labels={labelsOf(each)} key={each} />)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
