/** Where no conversation is open: the largest rooms, and the way to all others. */

import { useEffect } from "preact/hooks";
import type { ServerRoom } from "../state/finding/server_rooms.ts";
import { labelsOf } from "../state/finding/shortcuts.ts";
import { join } from "../state/membership.ts";
import { useChat } from "./chat_context.ts";
import { Icon } from "./controls/icon.tsx";
import { KeyCaps } from "./controls/key_caps.tsx";
import { NameText } from "./text/name_text.tsx";

const MOST_OFFERED = 3;

export function NoConversation({ onRooms, onMenu }: { onRooms: () => void; onMenu: () => void }) {
  const { writing, conversations } = useChat();
  useEffect(() => writing.rooms.load(), []);
  const offered = writing.rooms.all.filter(({ room }) => !conversations.find(room)).slice(0, MOST_OFFERED);
  return (
    <div class="empty">
      <h1>Join a room</h1>
      <p>You are in none just now.</p>
      {offered.length > 0 && (
        <ul class="offered">{offered.map((room) => <Offered room={room} key={room.room} />)}</ul>
      )}
      <div class="row">
        <button type="button" class="button button-primary" onClick={onRooms}>
          {offered.length > 0 ? "Find or create another" : "Browse rooms"}
        </button>
        <button type="button" class="button only-narrow" onClick={onMenu}>Conversations</button>
      </div>
      <p class="quiet only-wide">
        <KeyCaps labels={labelsOf("Mod+K")} /> goes to any room or person
      </p>
    </div>
  );
}

function Offered({ room: { room, members } }: { room: ServerRoom }) {
  const chat = useChat();
  return (
    <li>
      <button
        type="button"
        class="offer"
        onClick={() => void chat.attempt(() => join(chat, room))}
      >
        <span class="avatar room-sign" aria-hidden="true">#</span>
        <span class="offer-words">
          <span class="offer-name">
            <span class="for-ears">Join</span>
            <NameText name={room.replace(/^#/, "")} />
          </span>
          <span class="quiet">
            {members === 0 ? "Empty" : members === 1 ? "1 member" : `${members} members`}
          </span>
        </span>
        <Icon name="arrow" />
      </button>
    </li>
  );
}
