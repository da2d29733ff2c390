/** The whole page: the sign-in, or the chat of whoever is signed in. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Chat } from "../state/chat.ts";
import { chat } from "../state/session.ts";
import { AccountDialogs } from "./account_dialogs.tsx";
import { ChatContext } from "./chat_context.ts";
import { ConnectionBanner } from "./connection_banner.tsx";
import { ConversationView } from "./conversation_view.tsx";
import { RoomsDialog } from "./rooms_dialog.tsx";
import { SearchPanel } from "./search_panel.tsx";
import { SettingsDialog } from "./settings_dialog.tsx";
import { Sidebar } from "./sidebar.tsx";
import { SignIn } from "./sign_in.tsx";

export function App() {
  return chat.value ? <SignedIn chat={chat.value} key={chat.value} /> : <SignIn />;
}

/** The dialog that is open, if any. */
export type DialogName = "" | "rooms" | "name" | "password" | "settings";

function SignedIn({ chat }: { chat: Chat }) {
  const isMenuOpen = useSignal(false);
  const dialog = useSignal<DialogName>("");
  const current = chat.conversations.current.value;
  useTitle(chat);
  useEffect(() => {
    isMenuOpen.value = false;
  }, [current?.key]);
  const closeMenu = () => isMenuOpen.value = false;
  const openMenu = () => isMenuOpen.value = true;
  return (
    <ChatContext.Provider value={chat}>
      <div class={`page ${isMenuOpen.value ? "page-menu-open" : ""}`}>
        <Sidebar onDialog={(name) => dialog.value = name} onClose={closeMenu} />
        <div class="scrim" onClick={closeMenu} />
        <main class="main">
          <ConnectionBanner status={chat.status.value} onRetry={() => chat.client.retryNow()}>
            What you write is kept and sent then.
          </ConnectionBanner>
          {current
            ? <ConversationView conversation={current} key={current.key} onMenu={openMenu} />
            : <NoConversation onRooms={() => dialog.value = "rooms"} onMenu={openMenu} />}
        </main>
        {chat.search.isOpen.value && <SearchPanel />}
        {dialog.value === "rooms" && <RoomsDialog onClose={() => dialog.value = ""} />}
        {dialog.value === "settings" && <SettingsDialog onClose={() => dialog.value = ""} />}
        <AccountDialogs name={dialog.value} onClose={() => dialog.value = ""} />
      </div>
    </ChatContext.Provider>
  );
}

function NoConversation({ onRooms, onMenu }: { onRooms: () => void; onMenu: () => void }) {
  return (
    <div class="empty">
      <h1>Nothing is open</h1>
      <p>You are in no room just now. Join one, or make your own.</p>
      <div class="row">
        <button type="button" class="button button-primary" onClick={onRooms}>Browse rooms</button>
        <button type="button" class="button only-narrow" onClick={onMenu}>Conversations</button>
      </div>
    </div>
  );
}

/** The unread count and the open conversation in the title, where a tab shows it. */
function useTitle(chat: Chat): void {
  const unread = chat.conversations.unread.value;
  const name = chat.conversations.current.value?.name;
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ""}${name ? `${name} · ` : ""}Parley`;
    return () => {
      document.title = "Parley";
    };
  }, [unread, name]);
}
