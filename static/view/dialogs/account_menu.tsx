/** Who the user is, and what concerns the account. */

import { useRef } from "preact/hooks";
import { logOut } from "../../state/session.ts";
import type { DialogName } from "../../state/surfaces.ts";
import { Avatar } from "../controls/avatar.tsx";
import { useChat } from "../chat_context.ts";
import { Icon } from "../controls/icon.tsx";
import { checkStored, losses } from "../../state/account.ts";

export function AccountMenu(
  { onDialog, onClose }: { onDialog: (name: DialogName) => void; onClose: () => void },
) {
  const chat = useChat();
  const details = useRef<HTMLDetailsElement>(null);
  const leave = () => losses(chat).length > 0 ? onDialog("logout") : logOut();
  const close = () => {
    if (details.current) details.current.open = false;
  };
  const choose = (action: () => void) => () => {
    close();
    action();
  };
  const check = () => {
    onClose();
    void chat.attempt(() => checkStored(chat));
  };
  return (
    <footer class="account">
      <button type="button" class="item" onClick={check}>
        <span class="item-sign">
          <Icon name="inbox" />
        </span>
        <span class="item-name">Stored messages</span>
      </button>
      <details
        class="menu"
        ref={details}
        onKeyDown={(event) => event.key === "Escape" && close()}
        onFocusOut={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && close()}
      >
        <summary class="item account-me">
          <Avatar name={chat.me.value} />
          <span class="item-name">
            <bdi>{chat.me.value}</bdi>
            <span class="quiet">{stateWord(chat.status.value.state, chat.isGuest.value)}</span>
          </span>
          <Icon name="more" />
        </summary>
        <ul class="menu-list">
          <li>
            <button type="button" class="item" onClick={choose(() => onDialog("settings"))}>
              <Icon name="sliders" /> Settings
            </button>
          </li>
          <li>
            <button type="button" class="item" onClick={choose(() => onDialog("name"))}>
              <Icon name="pen" /> Change name
            </button>
          </li>
          <li>
            <button type="button" class="item" onClick={choose(() => onDialog("password"))}>
              <Icon name="key" /> {chat.isProtected.value ? "Change password" : "Set a password"}
            </button>
          </li>
          <li class="menu-apart">
            <button type="button" class="item" onClick={choose(leave)}>
              <Icon name="door" /> Log out
            </button>
          </li>
        </ul>
      </details>
    </footer>
  );
}

function stateWord(state: string, isGuest: boolean): string {
  if (state !== "online") return "offline";
  return isGuest ? "guest" : "online";
}
