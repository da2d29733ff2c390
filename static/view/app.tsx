/** The chat of whoever is signed in; not loaded before that. */

import { useEffect } from "preact/hooks";
import type { Chat } from "../state/chat.ts";
import { closeAll, closeDialog, dialog, isListOpen, openDialog } from "../state/surfaces.ts";
import { AccountDialogs } from "./dialogs/account_dialogs.tsx";
import { Announcer } from "./timeline/announcer.tsx";
import { ChatContext } from "./chat_context.ts";
import { ConnectionBanner } from "./connection_banner.tsx";
import { ConversationView } from "./conversation_view.tsx";
import { later } from "./later.tsx";
import { NewVersion } from "./new_version.tsx";
import { NoConversation } from "./no_conversation.tsx";
import { ObstacleView } from "./obstacle_view.tsx";
import { usePageKeys } from "./page_keys.ts";
import { usePageSigns } from "./page_signs.ts";
import { Sidebar } from "./sidebar/sidebar.tsx";
import { StrandedMessages } from "./stranded_messages.tsx";
import { ToastView } from "./controls/toast_view.tsx";

const RoomsDialog = later(async () => (await import("./dialogs/rooms_dialog.tsx")).RoomsDialog);
const SearchPanel = later(async () => (await import("./dialogs/search_panel.tsx")).SearchPanel);
const SettingsDialog = later(async () => (await import("./dialogs/settings_dialog.tsx")).SettingsDialog);
const ShortcutsDialog = later(async () => (await import("./dialogs/shortcuts_dialog.tsx")).ShortcutsDialog);
const Switcher = later(async () => (await import("./dialogs/switcher.tsx")).Switcher);

export function App({ chat }: { chat: Chat }) {
  const shown = dialog.value;
  usePageSigns(chat);
  usePageKeys(chat);
  useEffect(() => {
    // What is typed right after its key was pressed shall not go elsewhere.
    Switcher.prepare();
    return closeAll;
  }, []);
  return (
    <ChatContext.Provider value={chat}>
      <div class={`page ${isListOpen.value ? "page-menu-open" : ""}`}>
        <Sidebar />
        <div class="scrim" onClick={() => isListOpen.value = false} />
        <Announcer announcements={chat.announcements} />
        <main class="main">
          <ConnectionBanner
            status={chat.status.value}
            hold={chat.hold.value}
            onRetry={() => chat.client.retryNow()}
          >
            What you write is kept and sent then.
          </ConnectionBanner>
          <NewVersion />
          <StrandedMessages />
          <Shown chat={chat} />
        </main>
        {chat.search.isOpen.value && <SearchPanel />}
        {dialog.value === "rooms" && <RoomsDialog onClose={() => closeDialog("rooms")} />}
        {dialog.value === "switcher" && <Switcher onClose={() => closeDialog("switcher")} />}
        {dialog.value === "shortcuts" && <ShortcutsDialog onClose={() => closeDialog("shortcuts")} />}
        {dialog.value === "settings" && <SettingsDialog onClose={() => closeDialog("settings")} />}
        <AccountDialogs name={shown} onClose={() => closeDialog(shown)} />
        <ToastView />
      </div>
    </ChatContext.Provider>
  );
}

/** The open conversation, or why there is none. */
function Shown({ chat }: { chat: Chat }) {
  const obstacle = chat.navigation.obstacle.value;
  const current = chat.conversations.current.value;
  const ways = { onRooms: () => openDialog("rooms"), onMenu: () => isListOpen.value = true };
  if (obstacle) return <ObstacleView obstacle={obstacle} {...ways} />;
  if (!current) return <NoConversation {...ways} />;
  return <ConversationView conversation={current} key={current.key} onMenu={ways.onMenu} />;
}
