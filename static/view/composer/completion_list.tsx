/** The list above the text area that completes the word at the caret. */

import { useEffect, useRef } from "preact/hooks";
import type { TokenKind } from "../../state/writing/completion.ts";
import type { Suggestion } from "../../state/writing/suggestions.ts";
import { Avatar } from "../controls/avatar.tsx";
import type { Completion } from "./use_completion.ts";

const TITLES: Readonly<Record<TokenKind, string>> = {
  person: "People",
  room: "Rooms",
  place: "Rooms and people",
  command: "Commands",
  emoji: "Emoji",
};

const SAYS_A_SLASH = "//";

export function optionId(id: string, index: number): string {
  return `${id}-${index}`;
}

export function CompletionList({ completion }: { completion: Completion }) {
  const { id, token, suggestions, marked } = completion;
  if (!token || suggestions.length === 0) return null;
  const title = TITLES[token.kind];
  return (
    // The text area keeps the focus, also where one scrolls here.
    <div class="completion" onMouseDown={(event) => event.preventDefault()}>
      <p class="completion-head" aria-hidden="true">
        <span>{title}</span>
        <span class="completion-keys only-wide">
          <kbd>↑</kbd> <kbd>↓</kbd> choose <kbd>Tab</kbd> takes <kbd>Esc</kbd> closes
        </span>
      </p>
      <ul class="completion-list" role="listbox" id={id} aria-label={title} tabIndex={0}>
        {suggestions.map((suggestion, index) => (
          <Option
            key={suggestion.insert}
            id={optionId(id, index)}
            suggestion={suggestion}
            isMarked={index === marked}
            onTake={() => completion.take(index)}
          />
        ))}
      </ul>
      {token.kind === "command" && !token.isArgument && (
        <p class="completion-hint">
          <code>{SAYS_A_SLASH}</code> at the start says a line that begins with <code>/</code>
        </p>
      )}
    </div>
  );
}

/** Says how many there are, once for each change. */
export function CompletionCount({ completion: { suggestions } }: { completion: Completion }) {
  const count = suggestions.length;
  return (
    <p class="for-ears" role="status">
      {count > 0 && `${count} ${count === 1 ? "suggestion" : "suggestions"}. Up and Down choose, Tab takes.`}
    </p>
  );
}

interface OptionProps {
  id: string;
  suggestion: Suggestion;
  isMarked: boolean;
  onTake: () => void;
}

function Option({ id, suggestion, isMarked, onTake }: OptionProps) {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isMarked) row.current?.scrollIntoView({ block: "nearest" });
  }, [isMarked]);
  return (
    <li
      ref={row}
      id={id}
      class="completion-option"
      role="option"
      aria-selected={isMarked}
      onClick={onTake}
    >
      <Sign suggestion={suggestion} />
      <bdi class="completion-label">{suggestion.label}</bdi>
      {suggestion.bot && <span class="tag">bot</span>}
      <span class="completion-note">{suggestion.note}</span>
    </li>
  );
}

function Sign({ suggestion: { kind, label, symbol, online, bot = false } }: { suggestion: Suggestion }) {
  if (kind === "emoji") return <span class="completion-symbol" aria-hidden="true">{symbol}</span>;
  if (kind === "room") return <span class="completion-hash" aria-hidden="true">#</span>;
  if (kind === "command") return null;
  return (
    <>
      <span class="completion-avatar">
        <Avatar name={label} bot={bot} small />
        <span class={`presence ${online ? "presence-on" : ""}`} />
      </span>
      <span class="for-ears">{online ? "online" : "away"}</span>
    </>
  );
}
