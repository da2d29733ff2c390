/** The list of conversations: rooms, direct messages, services, and the people one could write to. */

import { useRef } from "preact/hooks";
import { isListOpen, openDialog, openSwitcher } from "../../state/surfaces.ts";
import { sectionsOf } from "../../state/finding/sections.ts";
import { labelsOf } from "../../state/finding/shortcuts.ts";
import { AccountMenu } from "../dialogs/account_menu.tsx";
import { arrowKeys } from "../controls/arrow_keys.ts";
import { useChat } from "../chat_context.ts";
import { Icon } from "../controls/icon.tsx";
import { KeyCaps } from "../controls/key_caps.tsx";
import { MoreUnread, useHiddenUnread } from "./more_unread.tsx";
import { Section } from "./sidebar_section.tsx";
import { Sign } from "../controls/sign.tsx";
import { SkipButton } from "../controls/skip_button.tsx";
import { useListSheet } from "./list_sheet.ts";

/** More are found with the switcher. */
const MOST_PEOPLE = 20;

export function Sidebar() {
  const nav = useRef<HTMLElement>(null);
  useListSheet(nav);
  return (
    <nav class="sidebar" aria-label="Conversations" ref={nav}>
      <SkipButton />
      <Head />
      <Lists />
      <AccountMenu onDialog={openDialog} onClose={close} />
    </nav>
  );
}

function close(): void {
  isListOpen.value = false;
}

function Head() {
  const { search } = useChat();
  const openSearch = () => {
    close();
    search.open();
  };
  return (
    <header class="sidebar-head">
      <Sign />
      <span class="brand">Parley</span>
      <button type="button" class="icon-button" aria-label="Search" onClick={openSearch}>
        <Icon name="search" />
      </button>
      <button type="button" class="icon-button only-narrow" aria-label="Close the list" onClick={close}>
        <Icon name="close" />
      </button>
      <button type="button" class="go-to" onClick={() => openSwitcher()}>
        Go to … <KeyCaps labels={labelsOf("Mod+K")} />
      </button>
    </header>
  );
}

function Lists() {
  const chat = useChat();
  const scroller = useRef<HTMLDivElement>(null);
  const hidden = useHiddenUnread(scroller);
  const { rooms, direct, services, people } = sectionsOf(chat);
  return (
    <div class="sidebar-lists-frame">
      <div
        class="sidebar-lists"
        ref={scroller}
        onScroll={hidden.look}
        onKeyDown={arrowKeys("button.item")}
      >
        <Section
          title="Rooms"
          names={rooms.map(({ name }) => name)}
          action={{ label: "Join or create a room", run: () => openDialog("rooms") }}
        />
        <Section
          title="Direct messages"
          names={direct.map(({ name }) => name)}
          action={{ label: "Write to somebody", run: () => openSwitcher("@") }}
        />
        <Section title="Services" names={services} />
        <Section
          title="People"
          names={people.slice(0, MOST_PEOPLE).map(({ user }) => user)}
          more={people.length - MOST_PEOPLE}
          onMore={() => openSwitcher("@")}
        />
      </div>
      <MoreUnread hidden={hidden} />
    </div>
  );
}
