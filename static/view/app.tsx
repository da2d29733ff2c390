/** The chat of whoever is signed in; not loaded before that. */

import { useEffect } from "preact/hooks";
import { whenIdle } from "../idle.ts";
import type { Chat } from "../state/chat.ts";
import { closeAll, closeDialog, dialog, isAccountDialog, isListOpen, openDialog } from "../state/surfaces.ts";
import { Announcer } from "./timeline/announcer.tsx";
import { ChatContext } from "./chat_context.ts";
import { ConnectionBanner } from "./connection_banner.tsx";
import { ConversationView } from "./conversation_view.tsx";
import {
  AccountDialogs,
  ObstacleView,
  prepareParts,
  RoomsDialog,
  SearchPanel,
  SettingsDialog,
  ShortcutsDialog,
  Switcher,
} from "./later_parts.tsx";
import { NewVersion } from "./new_version.tsx";
import { NoConversation } from "./no_conversation.tsx";
import { usePageKeys } from "./page_keys.ts";
import { usePageSigns } from "./page_signs.ts";
import { Sidebar } from "./sidebar/sidebar.tsx";
import { StrandedMessages } from "./stranded_messages.tsx";
import { ToastView } from "./controls/toast_view.tsx";

export function App({ chat }: { chat: Chat }) {
  const shown = dialog.value;
  usePageSigns(chat);
  usePageKeys(chat);
  useEffect(() => {
    const takeBack = whenIdle(prepareParts);
    return () => {
      takeBack();
      closeAll();
    };
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
        {isAccountDialog(shown) && <AccountDialogs name={shown} onClose={() => closeDialog(shown)} />}
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
