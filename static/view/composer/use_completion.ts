/** The list that completes the word at the caret: when it shows, what is marked in it, and its keys. */

import { useSignal } from "@preact/signals";
import { type RefObject } from "preact";
import { useId, useRef } from "preact/hooks";
import { emojiCodeAt, type Token, tokenAt } from "../../state/writing/completion.ts";
import { loadEmoji, noteEmoji } from "../../state/writing/emoji.ts";
import { isTypedInFull, prepare, type Suggestion, suggestionsFor } from "../../state/writing/suggestions.ts";
import { useChat } from "../chat_context.ts";
import { replaceText } from "./text_edits.ts";

export interface Completion {
  readonly id: string;
  readonly token: Token | undefined;
  /** Empty where no list shows. */
  readonly suggestions: readonly Suggestion[];
  /** The one that Enter takes; -1 where it takes none. */
  readonly marked: number;
  /** Something was typed: a list may open. */
  typed(event: InputEvent): void;
  /** The caret was moved: an open list follows it, or closes. */
  moved(): void;
  /** Returns whether the key was for the list. */
  key(event: KeyboardEvent): boolean;
  take(index: number): void;
  close(): void;
}

/** @param name the conversation in which one writes */
export function useCompletion(name: string, area: RefObject<HTMLTextAreaElement | null>): Completion {
  const chat = useChat();
  const id = useId();
  const token = useSignal<Token | undefined>(undefined);
  const chosen = useSignal<number | undefined>(undefined);
  /** Where a list was closed; it stays closed for that word. */
  const closedAt = useRef(-1);
  /** As things are now: the next key may come before the next drawing. */
  const now = () => {
    const suggestions = token.value ? suggestionsFor(chat, name, token.value) : [];
    const marked = chosen.value ?? firstMarked(token.value, suggestions[0]);
    return { suggestions, marked: Math.min(marked, suggestions.length - 1) };
  };

  const look = (mayOpen: boolean) => {
    const next = area.current ? tokenAtCaret(area.current) : undefined;
    if (!next) closedAt.current = -1;
    const isShown = next && next.start !== closedAt.current && (mayOpen || token.value?.start === next.start);
    if (token.value?.query !== next?.query || token.value?.start !== next?.start) chosen.value = undefined;
    token.value = isShown ? next : undefined;
    if (isShown && mayOpen) prepare(chat, next);
  };
  const close = () => {
    closedAt.current = token.value?.start ?? -1;
    token.value = undefined;
  };
  const take = (index: number) => {
    const taken = now().suggestions[index];
    if (!taken || !token.value || !area.current) return;
    const { start, end } = token.value;
    token.value = undefined;
    insertSuggestion(area.current, taken, start, end);
  };
  const handle = (key: string): boolean => {
    const { suggestions: { length }, marked } = now();
    if (length === 0 || key === "Enter" && marked < 0) return false;
    switch (key) {
      case "ArrowDown":
        chosen.value = (marked + 1) % length;
        return true;
      case "ArrowUp":
        chosen.value = (marked <= 0 ? length : marked) - 1;
        return true;
      case "Enter":
      case "Tab":
        take(Math.max(marked, 0));
        return true;
      case "Escape":
        close();
        return true;
      default:
        return false;
    }
  };
  return {
    id,
    token: token.value,
    ...now(),
    typed(event) {
      look(true);
      if (area.current && event.data === ":" && !event.isComposing) void turnCode(area.current);
    },
    moved: () => look(false),
    key(event) {
      const isPlain = !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
      if (!isPlain || !handle(event.key)) return false;
      event.preventDefault();
      // Esc closes this list and nothing else.
      event.stopPropagation();
      return true;
    },
    take,
    close,
  };
}

/** What was typed in full needs no completing, and what a command takes may be new: Enter is not for the list then. */
function firstMarked(token: Token | undefined, first: Suggestion | undefined): number {
  return !token || !first || token.isArgument || isTypedInFull(first, token) ? -1 : 0;
}

function tokenAtCaret({ value, selectionStart, selectionEnd }: HTMLTextAreaElement): Token | undefined {
  return selectionStart === selectionEnd ? tokenAt(value, selectionStart) : undefined;
}

function insertSuggestion(
  area: HTMLTextAreaElement,
  { kind, insert, symbol }: Suggestion,
  start: number,
  end: number,
): void {
  const after = area.value.slice(end);
  if (symbol !== undefined) noteEmoji(symbol);
  if (kind === "emoji") return replaceText(area, start, end, insert);
  // The rest of a name in which the caret stands is not written twice.
  const rest = /^[\p{L}\p{M}\p{N}_.-]*/u.exec(after)![0];
  const isRest = rest !== "" && insert.toLowerCase().endsWith(rest.toLowerCase());
  const space = /^\s/.test(after.slice(isRest ? rest.length : 0)) ? "" : " ";
  replaceText(area, start, end + (isRest ? rest.length : 0), insert + space);
  if (space === "") area.setSelectionRange(area.selectionEnd + 1, area.selectionEnd + 1);
}

/** `:tada:` becomes its character as the last colon is typed. */
async function turnCode(area: HTMLTextAreaElement): Promise<void> {
  const found = emojiCodeAt(area.value, area.selectionStart);
  const data = found && await loadEmoji().catch(() => undefined);
  const emoji = found && data?.emojiOfCode(found.code);
  if (!emoji || !area.isConnected) return;
  const end = found.start + found.code.length + 2;
  const caret = area.selectionStart;
  if (area.value.slice(found.start, end) !== `:${found.code}:` || caret < end) return;
  noteEmoji(emoji.symbol);
  replaceText(area, found.start, end, emoji.symbol);
  const moved = caret + emoji.symbol.length - (end - found.start);
  area.setSelectionRange(moved, moved);
}
