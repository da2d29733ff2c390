/** All rooms that there are, to join one or to make a new one. */

import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { words } from "../../state/words.ts";
import { useSubmit } from "./account_dialogs.tsx";
import { arrowKeys } from "../controls/arrow_keys.ts";
import { useChat } from "../chat_context.ts";
import { Dialog } from "./dialog.tsx";
import { Field } from "../controls/field.tsx";
import { Icon } from "../controls/icon.tsx";
import { NameText } from "../text/name_text.tsx";
import { join } from "../../state/membership.ts";

interface Room {
  readonly room: string;
  readonly members: number;
  readonly online: number;
  readonly joined: boolean;
}

/** The server lists no more: one's own and the largest; see docs/protocol.md, `/list`. */
const MOST_LISTED = 1_000;

export function RoomsDialog({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const rooms = useSignal<readonly Room[] | undefined>(undefined);
  const name = useSignal("");
  const form = useId();
  const { problem, submit } = useSubmit(async () => await join(chat, name.value.trim()), onClose);
  const listProblem = useSignal("");
  const refuse = (error: unknown) => listProblem.value = words(error);
  useEffect(() => {
    chat.client.command("/list")
      .then(({ metadata }) => rooms.value = metadata.rooms as readonly Room[])
      .catch(refuse);
  }, []);
  const open = async ({ room, joined }: Room) => {
    if (joined) chat.open(room);
    else await join(chat, room);
    onClose();
  };
  const wanted = name.value.trim().replace(/^#/, "").toLowerCase();
  const isNew = wanted !== "" && rooms.value !== undefined &&
    !rooms.value.some(({ room }) => room.toLowerCase() === `#${wanted}`);
  const matching = rooms.value?.filter(({ room }) => room.toLowerCase().includes(wanted)) ?? [];
  return (
    <Dialog title="Rooms" onClose={onClose}>
      <form id={form} onSubmit={submit} onKeyDown={toFirstRoom}>
        <Field
          label="Find a room, or name a new one"
          name="room"
          placeholder="#tea"
          value={name}
          problem={problem || listProblem.value}
          required
          focused
        />
      </form>
      <ul class="room-list" onKeyDown={arrowKeys("button")}>
        {isNew && <NewRoom name={`#${name.value.trim().replace(/^#/, "")}`} form={form} />}
        {matching.map((room) => (
          <RoomRow
            room={room}
            key={room.room}
            onOpen={() => void open(room).catch(refuse)}
          />
        ))}
      </ul>
      {!rooms.value && listProblem.value === "" && <p class="quiet" role="status">Loading …</p>}
      {(rooms.value?.length ?? 0) >= MOST_LISTED && (
        <p class="quiet">There are more rooms. One that is not shown opens by its name.</p>
      )}
    </Dialog>
  );
}

/** What the form makes when Enter is pressed. */
function NewRoom({ name, form }: { name: string; form: string }) {
  return (
    <li class="room-row">
      <span class="avatar room-sign" aria-hidden="true">
        <Icon name="plus" />
      </span>
      <div>
        <NameText name={name} class="room-name" />
        <p class="quiet">There is no such room yet</p>
      </div>
      <button type="submit" form={form} class="button button-small button-primary">Create room</button>
    </li>
  );
}

function RoomRow({ room, onOpen }: { room: Room; onOpen: () => void }) {
  return (
    <li class="room-row">
      <span class="avatar room-sign" aria-hidden="true">#</span>
      <div>
        <NameText name={room.room} class="room-name" />
        <p class="quiet">{room.members} {room.members === 1 ? "member" : "members"}, {room.online} online</p>
      </div>
      <button
        type="button"
        class={`button button-small ${room.joined ? "" : "button-accent"}`}
        onClick={onOpen}
      >
        {room.joined ? "Open" : "Join"}
      </button>
    </li>
  );
}

/** Down goes from the field into the list. */
function toFirstRoom(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  if (event.key !== "ArrowDown") return;
  event.preventDefault();
  event.currentTarget.nextElementSibling?.querySelector("button")?.focus();
}
