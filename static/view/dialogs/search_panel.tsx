/** Search in all that the user may read, with the way to each result and back. */

import { useId, useLayoutEffect, useRef } from "preact/hooks";
import type { Signal } from "@preact/signals";
import type { Envelope } from "../../../protocol/message.ts";
import { conversationOf } from "../../state/keys.ts";
import { isPhone } from "../../state/screen.ts";
import type { Query, Search } from "../../state/finding/search.ts";
import { partsOf, withoutMarks } from "../../state/finding/snippet.ts";
import { Avatar } from "../controls/avatar.tsx";
import { arrowKeys } from "../controls/arrow_keys.ts";
import { useChat } from "../chat_context.ts";
import { Field } from "../controls/field.tsx";
import { holdFocus } from "../timeline/hold_focus.ts";
import { Icon } from "../controls/icon.tsx";
import { Panel } from "./panel.tsx";
import { clockTime, dayName, fullTime } from "../text/time.ts";
import { visible } from "../text/visible_text.ts";

const ROWS = "input[name=query], .result";

export function SearchPanel() {
  const { search } = useChat();
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    const field = form.current?.querySelector<HTMLInputElement>("input[name=query]");
    field?.focus();
    field?.select();
  }, [search.calls.value]);
  return (
    <Panel
      title="Search"
      kind="panel-search"
      closeLabel="Close the search"
      onClose={() => search.close()}
    >
      <div class="search" onKeyDown={onArrows}>
        <form
          ref={form}
          role="search"
          onSubmit={(event) => {
            event.preventDefault();
            void search.run();
          }}
        >
          <div class="panel-form">
            <Field
              label="Words to look for"
              name="query"
              type="search"
              value={search.query}
              problem={search.problem.value}
            />
            <button
              type="submit"
              class="button button-primary send"
              aria-label="Find"
              disabled={search.busy.value}
            >
              <Icon name="search" />
            </button>
          </div>
          <Filters />
        </form>
        <div class="panel-body" aria-busy={search.busy.value}>
          {isInVain(search) && <Icon name="search" />}
          <p class={`search-status quiet ${isInVain(search) ? "search-in-vain" : ""}`} role="status">
            {statusWords(search)}
          </p>
          {!search.searched.value && !search.busy.value && <Ways />}
          {isInVain(search) && <OtherWays />}
          <Results />
        </div>
      </div>
    </Panel>
  );
}

/** From the field down to the result that was gone to last, or else the first, and back up. */
function onArrows(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const field = event.target instanceof HTMLInputElement;
  if (field && event.key !== "ArrowDown") return;
  const last = field ? event.currentTarget.querySelector<HTMLElement>(".result[aria-current]") : null;
  if (!last) return arrowKeys(ROWS)(event);
  event.preventDefault();
  last.focus();
}

function Filters() {
  const { search, conversations, presence } = useChat();
  const people = presence.people.value.map(({ user }) => user);
  const places = [...new Set([...conversations.all.value.map(({ name }) => name), ...people])];
  return (
    <div class="search-filters">
      <Filter label="In" placeholder="anywhere" value={search.place} names={places} />
      <Filter label="From" placeholder="anyone" value={search.sender} names={people} />
    </div>
  );
}

function Filter({ label, placeholder, value, names }: {
  label: string;
  placeholder: string;
  value: Signal<string>;
  names: readonly string[];
}) {
  const id = useId();
  return (
    <div class={`search-filter ${value.value === "" ? "" : "search-filter-on"}`}>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="search"
        list={`${id}-names`}
        placeholder={placeholder}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        value={value.value}
        onInput={(event) => value.value = event.currentTarget.value}
      />
      <datalist id={`${id}-names`}>
        {names.map((name) => <option value={name} key={name} />)}
      </datalist>
    </div>
  );
}

function statusWords(search: Search): string {
  const { busy, results, searched, more, problem } = search;
  if (busy.value && results.value.length === 0) return "Searching …";
  if (problem.value !== "") return "";
  if (!searched.value) return "Looks in all that you may read. The newest comes first.";
  const { length } = results.value;
  if (length > 0) {
    return `${more.value ? "The newest " : ""}${length} ${length === 1 ? "message" : "messages"}`;
  }
  return `Nothing was found for “${searched.value.words}”${narrowWords(searched.value)}.`;
}

function isInVain({ searched, busy, results, problem }: Search): boolean {
  return searched.value !== undefined && !busy.value && problem.value === "" && results.value.length === 0;
}

const WAYS: readonly (readonly [string, string])[] = [
  ["garden pump", "both words"],
  ["“garden pump”", "just this phrase"],
  ["gard*", "words that begin so"],
];

/** How one can look for something. */
function Ways() {
  return (
    <dl class="search-ways">
      {WAYS.map(([text, words]) => (
        <div key={text}>
          <dt>{text}</dt>
          <dd>{words}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What may find more than what was looked for in vain. */
function OtherWays() {
  const { search } = useChat();
  const { words, place, sender } = search.searched.value!;
  const start = /^[\p{L}\p{N}]+$/u.test(words) ? `${words}*` : undefined;
  const again = (query: string, isEverywhere: boolean) => {
    if (isEverywhere) search.place.value = search.sender.value = "";
    search.open(query);
    void search.run();
  };
  return (
    <div class="search-none">
      {start && (
        <button type="button" class="button button-small" onClick={() => again(start, false)}>
          Words that begin with it
        </button>
      )}
      {place + sender !== "" && (
        <button
          type="button"
          class="button button-small"
          onClick={() => again(words, true)}
        >
          Look everywhere
        </button>
      )}
    </div>
  );
}

function narrowWords({ place, sender }: Query): string {
  return (place === "" ? "" : ` in ${place}`) + (sender === "" ? "" : ` from ${sender}`);
}

function Results() {
  const { search } = useChat();
  return (
    <>
      <ul class="results">
        {search.results.value.map((message) => <Result message={message} key={message.seq} />)}
      </ul>
      {search.more.value && (
        <button
          type="button"
          class="button button-wide"
          disabled={search.busy.value}
          onClick={() => void search.runOlder()}
        >
          Older results
        </button>
      )}
    </>
  );
}

function Result({ message }: { message: Envelope }) {
  const chat = useChat();
  const { search } = chat;
  const { seq, sender, timestamp, metadata } = message;
  const snippet = typeof metadata.snippet === "string" ? metadata.snippet : message.message;
  const button = useRef<HTMLButtonElement>(null);
  const open = () => {
    search.opened.value = seq;
    if (isPhone.value) search.close();
    // The message field of another conversation takes it; whoever goes through the results goes on from here.
    else if (button.current) holdFocus(button.current);
    void chat.attempt(() => chat.navigation.goToMessage(message));
  };
  return (
    <li>
      <button
        ref={button}
        type="button"
        class="result"
        aria-current={search.opened.value === seq ? "true" : undefined}
        onClick={open}
      >
        <span class="result-head">
          <Avatar name={sender} bot={metadata.bot === true} small />
          <bdi class="result-sender">{sender}</bdi>
          <span class="result-place quiet">
            in <bdi>{conversationOf(message, chat.me.value)}</bdi>
          </span>
          <time class="quiet" dateTime={timestamp} title={fullTime(timestamp)}>
            {dayName(timestamp)}, {clockTime(timestamp)}
          </time>
        </span>
        <span class="result-text" dir="auto">
          {partsOf(snippet, message.message).map(({ text, isHit }, index) =>
            isHit ? <mark key={index}>{visible(text)}</mark> : visible(withoutMarks(text))
          )}
        </span>
      </button>
    </li>
  );
}
