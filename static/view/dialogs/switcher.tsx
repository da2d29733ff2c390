/** One field that leads to every room, person, service and command; the whole screen on phones. */

import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import type { Chat } from "../../state/chat.ts";
import { isRoom } from "../../state/keys.ts";
import { ariaKeys, labelsOf } from "../../state/finding/shortcuts.ts";
import { type Choice, choices, type Room } from "../../state/finding/switcher.ts";
import { switcherText } from "../../state/surfaces.ts";
import { useChat } from "../chat_context.ts";
import { Icon } from "../controls/icon.tsx";
import { KeyCaps } from "../controls/key_caps.tsx";
import { Lookalike } from "../text/name_text.tsx";
import { PersonSign } from "../sidebar/person_sign.tsx";
import { UnreadBadge } from "../sidebar/unread_badge.tsx";
import { visible } from "../text/visible_text.ts";
import { join } from "../../state/membership.ts";

export function Switcher({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const typed = useSignal(switcherText.peek());
  const active = useSignal(0);
  const rooms = useRooms(chat);
  const found = useComputed(() => choices(chat, typed.value, rooms.value));
  /** Nothing narrows the list, so that it goes from kind to kind. */
  const isAll = typed.value.trim() === "";
  const at = Math.min(active.value, found.value.length - 1);
  // Before anything is drawn: the next keys are for it.
  useLayoutEffect(() => dialog.current?.showModal(), []);

  const choose = (choice: Choice | undefined) => {
    if (!choice) return;
    dialog.current?.close();
    void chat.attempt(() => follow(chat, choice));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const next = nextActive(event, at, found.value.length);
    if (next !== undefined) active.value = next;
    else if (event.key === "Enter") choose(found.value[at]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      class="switcher"
      aria-label="Go to"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <div class="switcher-head">
        <Icon name="search" />
        <input
          class="switcher-input"
          type="text"
          role="combobox"
          aria-label="Go to a room, a person or a command"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          enterkeyhint="go"
          placeholder="Room, person or command"
          autofocus
          value={typed.value}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
            active.value = 0;
          }}
          onKeyDown={onKeyDown}
        />
        <button type="button" class="icon-button" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </div>
      <ul class="switcher-list" id={`${id}-list`} role="listbox" aria-label="What there is">
        {found.value.map((choice, index) => (
          <Option
            choice={choice}
            id={`${id}-${index}`}
            key={choice.key}
            isActive={index === at}
            onPoint={() => active.value = index}
            onChoose={() => choose(choice)}
            heading={isAll ? headingOf(choice, found.value[index - 1]) : ""}
          />
        ))}
      </ul>
      {found.value.length === 0 && <p class="switcher-none quiet">Nothing is called so.</p>}
      <p class="for-ears" role="status">{countWords(found.value.length)}</p>
      <p class="switcher-foot quiet">
        <span>
          <kbd>#</kbd> rooms
        </span>
        <span>
          <kbd>@</kbd> people
        </span>
        <span>
          <kbd>&gt;</kbd> commands
        </span>
        <span class="only-wide switcher-way">
          <KeyCaps labels={["↑", "↓"]} /> choose
        </span>
        <span class="only-wide">
          <KeyCaps labels={labelsOf("Enter")} /> open
        </span>
      </p>
    </dialog>
  );
}

/** All rooms that there are; until the server has said, and without a connection, only one's own are offered. */
function useRooms(chat: Chat) {
  const rooms = useSignal<readonly Room[]>([]);
  useEffect(() => {
    chat.client.command("/list").then(({ metadata }) => rooms.value = metadata.rooms as readonly Room[])
      .catch(() => {});
  }, []);
  return rooms;
}

function countWords(count: number): string {
  return count === 1 ? "1 result" : `${count} results`;
}

/** Up and Down go round; undefined where the key means something else. */
function nextActive({ key, altKey, ctrlKey, metaKey }: KeyboardEvent, at: number, count: number) {
  if (altKey || ctrlKey || metaKey || count === 0) return undefined;
  if (key === "ArrowDown") return (at + 1) % count;
  if (key === "ArrowUp") return (at - 1 + count) % count;
  return undefined;
}

async function follow(chat: Chat, choice: Choice): Promise<void> {
  switch (choice.kind) {
    case "conversation":
    case "person":
    case "write":
      return chat.open(choice.name);
    case "room":
    case "create":
      return await join(chat, choice.name);
    case "command":
      return choice.command.run();
    case "search":
      chat.search.open(choice.query);
      return await chat.search.run();
  }
}

interface OptionProps {
  choice: Choice;
  id: string;
  isActive: boolean;
  onPoint: () => void;
  onChoose: () => void;
  /** Of the kind that begins with it; empty where it goes on. */
  heading: string;
}

function headingOf(choice: Choice, before: Choice | undefined): string {
  const words = kindWords(choice);
  return before && kindWords(before) === words ? "" : words;
}

function kindWords(choice: Choice): string {
  switch (choice.kind) {
    case "conversation":
      return choice.unread > 0 ? "Unread" : "Conversations";
    case "person":
      return "People";
    case "room":
      return "Rooms to join";
    case "command":
      return "Commands";
    default:
      return "";
  }
}

function Option({ choice, id, isActive, onPoint, onChoose, heading }: OptionProps) {
  const row = useRef<HTMLLIElement>(null);
  useLayoutEffect(() => {
    if (isActive) row.current?.scrollIntoView({ block: "nearest" });
  }, [isActive]);
  return (
    <>
      {heading !== "" && <li class="switcher-group" role="presentation" aria-hidden="true">{heading}</li>}
      <li
        ref={row}
        id={id}
        class="switcher-option"
        role="option"
        aria-selected={isActive}
        aria-keyshortcuts={choice.kind === "command" && choice.command.keys !== undefined
          ? ariaKeys(choice.command.keys)
          : undefined}
        onPointerMove={onPoint}
        onClick={onChoose}
      >
        <OptionSign choice={choice} />
        <bdi class="item-name">
          <Marked text={choice.label} places={choice.places} />
        </bdi>
        {"name" in choice && <Lookalike name={choice.name} />}
        <OptionNote choice={choice} />
      </li>
    </>
  );
}

function OptionSign({ choice }: { choice: Choice }) {
  if (choice.kind === "command") {
    return (
      <Sign>
        <Icon name="chevron" />
      </Sign>
    );
  }
  if (choice.kind === "search") {
    return (
      <Sign>
        <Icon name="search" />
      </Sign>
    );
  }
  if (choice.kind === "create") {
    return (
      <Sign>
        <Icon name="plus" />
      </Sign>
    );
  }
  if (choice.kind === "write") {
    return (
      <Sign>
        <Icon name="pen" />
      </Sign>
    );
  }
  return isRoom(choice.name) ? <Sign>#</Sign> : <PersonSign name={choice.name} />;
}

function Sign({ children }: { children: preact.ComponentChildren }) {
  return <span class="item-sign">{children}</span>;
}

function OptionNote({ choice }: { choice: Choice }) {
  const { presence } = useChat();
  switch (choice.kind) {
    case "conversation":
      return choice.unread > 0
        ? <UnreadBadge name={choice.name} unread={choice.unread} mentions={choice.mentions} />
        : presence.isBot(choice.name)
        ? <span class="tag">bot</span>
        : null;
    case "person":
      return presence.isBot(choice.name) ? <span class="tag">bot</span> : null;
    case "room":
      return (
        <span class="quiet">
          <span class="only-wide">Join ·</span>
          {choice.members} {choice.members === 1 ? "member" : "members"}
        </span>
      );
    case "command":
      return choice.command.keys === undefined ? null : <KeyCaps labels={labelsOf(choice.command.keys)} />;
    default:
      return null;
  }
}

function Marked({ text, places }: { text: string; places: Choice["places"] }) {
  const parts = [];
  let end = 0;
  for (const [from, to] of places) {
    parts.push(visible(text.slice(end, from)), <mark key={from}>{visible(text.slice(from, to))}</mark>);
    end = to;
  }
  return <>{parts}{visible(text.slice(end))}</>;
}
