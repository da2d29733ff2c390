/** The open conversation: what it is called, what was said, and where one writes. */

import type { Conversation } from "../state/conversations.ts";
import { conversationKey, isSameUser } from "../state/keys.ts";
import { isAiBotName } from "../state/services/ai_bots.ts";
import { showsAi, showsMembers } from "../state/surfaces.ts";
import { Avatar } from "./controls/avatar.tsx";
import { useChat } from "./chat_context.ts";
import { Composer } from "./composer/composer.tsx";
import { Icon } from "./controls/icon.tsx";
import { AiPanel, MembersPanel } from "./later_parts.tsx";
import { NameText } from "./text/name_text.tsx";
import { NotificationMenu } from "./dialogs/notification_menu.tsx";
import { isPublisher, ServiceBar } from "./services/service_bar.tsx";
import { TimelineView } from "./timeline/timeline_view.tsx";
import { TypingLine } from "./composer/typing_line.tsx";
import { leave } from "../state/membership.ts";

export function ConversationView(
  { conversation, onMenu }: { conversation: Conversation; onMenu: () => void },
) {
  const chat = useChat();
  const { name } = conversation;
  return (
    <div class="conversation">
      <header class="conversation-head">
        <button type="button" class="icon-button only-narrow" aria-label="Conversations" onClick={onMenu}>
          <Icon name="menu" />
        </button>
        {conversation.kind === "direct" && (
          <span class="conversation-face">
            <Avatar name={name} bot={chat.presence.isBot(name)} />
          </span>
        )}
        <div class="conversation-title">
          <h1>
            <NameText name={name} />
          </h1>
          <Subtitle conversation={conversation} />
        </div>
        <button
          type="button"
          class="icon-button only-narrow"
          aria-label={`Search in ${name}`}
          onClick={() => chat.search.openIn(name)}
        >
          <Icon name="search" />
        </button>
        <NotificationMenu conversation={conversation} />
        {conversation.kind === "room" && (
          <RoomButtons
            name={name}
            showsMembers={showsMembers.value}
            onMembers={() => {
              showsMembers.value = !showsMembers.value;
              chat.directory.refreshMembers(name).catch(() => {});
            }}
          />
        )}
        {isAiBotName(name) && (
          <button
            type="button"
            class="icon-button"
            aria-label={`About ${name}`}
            aria-pressed={showsAi.value}
            onClick={() => showsAi.value = !showsAi.value}
          >
            <Icon name="ask" />
          </button>
        )}
      </header>
      {isPublisher(chat, conversation) && <ServiceBar conversation={conversation} />}
      <div class="conversation-body">
        <div class="conversation-flow">
          <TimelineView conversation={conversation} />
          <TypingLine name={name} />
          <Composer name={name} />
        </div>
        {showsAi.value && isAiBotName(name) && <AiPanel name={name} onClose={() => showsAi.value = false} />}
        {showsMembers.value && conversation.kind === "room" && (
          <MembersPanel
            room={name}
            onClose={() => showsMembers.value = false}
          />
        )}
      </div>
    </div>
  );
}

function RoomButtons(
  { name, showsMembers, onMembers }: { name: string; showsMembers: boolean; onMembers: () => void },
) {
  const chat = useChat();
  return (
    <>
      <button
        type="button"
        class="icon-button"
        aria-label="Members"
        aria-pressed={showsMembers}
        onClick={onMembers}
      >
        <Icon name="people" />
      </button>
      <button
        type="button"
        class="icon-button only-wide"
        aria-label={`Leave ${name}`}
        title="Leave this room"
        onClick={() => void chat.attempt(() => leave(chat, name))}
      >
        <Icon name="door" />
      </button>
    </>
  );
}

function Subtitle({ conversation }: { conversation: Conversation }) {
  const chat = useChat();
  const { name, kind } = conversation;
  const isConnected = chat.status.value.state === "online";
  if (kind === "direct") {
    if (isSameUser(name, chat.me.value)) return <p class="quiet">Notes to yourself</p>;
    const online = chat.presence.isOnline(name);
    const isBot = chat.presence.isBot(name);
    if (!isConnected) return <p class="quiet">{isBot ? "Service" : "Direct messages"}</p>;
    return (
      <p class="quiet">
        <span class={`presence ${online ? "presence-on" : ""}`} /> {presenceWords(online, isBot)}
      </p>
    );
  }
  const members = chat.directory.members.value.get(conversationKey(name));
  if (!members) return <p class="quiet">Room</p>;
  const online = members.filter(({ user }) => chat.presence.isOnline(user)).length;
  return (
    <p class="quiet">
      {members.length} {members.length === 1 ? "member" : "members"}
      {isConnected && `, ${online} online`}
    </p>
  );
}

function presenceWords(isOnline: boolean, isBot: boolean): string {
  if (isBot) return isOnline ? "Service, online" : "Service, away";
  return isOnline ? "Online" : "Away";
}
