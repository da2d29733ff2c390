/** All emoji in a grid, with a field to search them; arrow keys move in the grid, Enter takes, Esc closes. */

import { useSignal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { noteEmoji, recentEmoji } from "../../state/writing/emoji.ts";
import type { Emoji, EmojiGroup } from "../../state/writing/emoji_data.ts";
import { hasGlyph } from "../../state/writing/emoji_glyphs.ts";
import { EmojiRail } from "./emoji_rail.tsx";

const RECENT = "Used last";

export interface EmojiPickerProps {
  data: typeof import("../../state/writing/emoji_data.ts");
  onPick: (symbol: string) => void;
  onClose: () => void;
}

export function EmojiPicker({ data, onPick, onClose }: EmojiPickerProps) {
  const query = useSignal("");
  const shown = useSignal<Emoji | undefined>(undefined);
  const box = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  // What was taken last stays in its place while the picker is open.
  const recent = useMemo(() => recentEmoji.peek(), []);
  const groups = useMemo(() => groupsFor(data, query.value, recent), [data, query.value]);
  useLayoutEffect(() => search.current?.focus(), []);
  const pick = ({ symbol }: Emoji) => {
    noteEmoji(symbol);
    onPick(symbol);
    onClose();
  };
  const show = ({ target }: Event) => shown.value = emojiAt(data, target) ?? shown.value;
  const first = groups[0]?.emoji[0];
  return (
    <div
      class="emoji-picker"
      role="dialog"
      aria-label="Emoji"
      ref={box}
      onKeyDown={(event) => {
        // Letters go to the search, and the page's own keys are not for here.
        event.stopPropagation();
        if (event.key === "Escape") return onClose();
        if (moveInGrid(box.current!, search.current!, event.key)) event.preventDefault();
        else if (event.target !== search.current && /^[\p{L}\p{N}]$/u.test(event.key)) {
          search.current?.focus();
        }
      }}
      onFocusOut={({ relatedTarget }) => {
        if (relatedTarget && !box.current?.parentElement?.contains(relatedTarget as Node)) onClose();
      }}
    >
      <input
        ref={search}
        type="search"
        class="input emoji-search"
        aria-label="Search emoji"
        placeholder="Search emoji"
        autocomplete="off"
        value={query.value}
        onInput={(event) => query.value = event.currentTarget.value}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.isComposing) return;
          event.preventDefault();
          if (query.value !== "" && first) pick(first);
        }}
      />
      <p class="for-ears" role="status">{query.value !== "" && foundWords(groups)}</p>
      {query.value === "" && (
        <EmojiRail
          groups={groups}
          recent={RECENT}
          onGo={(index) => scrollToGroup(box.current!, index)}
        />
      )}
      <div
        class="emoji-groups"
        onClick={({ target }) => {
          const emoji = emojiAt(data, target);
          if (emoji) pick(emoji);
        }}
        onPointerOver={show}
        onFocusIn={show}
      >
        {groups.map(({ title, emoji }, index) => (
          <div class="emoji-group" role="group" aria-label={title} key={title}>
            <p class="emoji-title" aria-hidden="true">{title}</p>
            <div class="emoji-grid">
              {emoji.map((each, place) => (
                <Cell
                  emoji={each}
                  key={each.symbol}
                  isStop={index + place === 0}
                />
              ))}
            </div>
          </div>
        ))}
        {!first && <p class="quiet emoji-none">No emoji is called that.</p>}
      </div>
      <Shown emoji={shown.value ?? first} />
    </div>
  );
}

/** What the one that is pointed at, or has the focus, is called; cells are named for those who hear. */
function Shown({ emoji }: { emoji: Emoji | undefined }) {
  return (
    <p class="emoji-shown" aria-hidden="true">
      {emoji && (
        <>
          <span class="emoji-shown-symbol">{emoji.symbol}</span>
          <span class="emoji-shown-label">{emoji.label}</span>
          <code>:{emoji.codes[0]}:</code>
        </>
      )}
    </p>
  );
}

/** One stop for the Tab key, from which the arrow keys go on. */
function Cell({ emoji: { symbol, label, codes }, isStop }: { emoji: Emoji; isStop: boolean }) {
  return (
    <button
      type="button"
      class="emoji-cell"
      data-symbol={symbol}
      aria-label={label}
      title={`:${codes[0]}:`}
      tabIndex={isStop ? 0 : -1}
    >
      {symbol}
    </button>
  );
}

function groupsFor(
  data: EmojiPickerProps["data"],
  query: string,
  recent: readonly string[],
): readonly EmojiGroup[] {
  if (query.trim() !== "") return drawable([{ title: "Found", emoji: data.findEmoji(query, recent) }]);
  const known = recent.map(data.emojiOfSymbol).filter((emoji) => emoji !== undefined);
  return drawable([{ title: RECENT, emoji: known }, ...data.EMOJI_GROUPS]);
}

function drawable(groups: readonly EmojiGroup[]): readonly EmojiGroup[] {
  return groups
    .map(({ title, emoji }) => ({ title, emoji: emoji.filter(({ symbol }) => hasGlyph(symbol)) }))
    .filter(({ emoji }) => emoji.length > 0);
}

function foundWords([found]: readonly EmojiGroup[]): string {
  return found ? `${found.emoji.length} emoji found` : "No emoji is called that.";
}

/** The grid has 1,900 cells, and one handler for all of them. */
function emojiAt(data: EmojiPickerProps["data"], target: EventTarget | null): Emoji | undefined {
  const cell = (target as Element).closest<HTMLElement>("[data-symbol]");
  return data.emojiOfSymbol(cell?.dataset.symbol ?? "");
}

function scrollToGroup(box: HTMLElement, index: number): void {
  const group = box.querySelectorAll<HTMLElement>(".emoji-group")[index];
  if (group) group.parentElement!.scrollTop = group.offsetTop;
}

/** Returns whether the key was one that moves. */
function moveInGrid(box: HTMLElement, search: HTMLInputElement, key: string): boolean {
  const cells = [...box.querySelectorAll<HTMLElement>(".emoji-cell")];
  const at = cells.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return key === "ArrowDown" && goTo(cells[0]);
  switch (key) {
    case "ArrowRight":
      return goTo(cells[at + (isRightToLeft(box) ? -1 : 1)] ?? cells[at]);
    case "ArrowLeft":
      return goTo(cells[at + (isRightToLeft(box) ? 1 : -1)] ?? cells[at]);
    case "ArrowDown":
      return goTo(nextRow(cells.slice(at + 1), cells[at]!) ?? cells.at(-1));
    case "ArrowUp":
      return goTo(nextRow(cells.slice(0, at).reverse(), cells[at]!) ?? search);
    case "Home":
      return goTo(cells[0]);
    case "End":
      return goTo(cells.at(-1));
    default:
      return false;
  }
}

function goTo(element: HTMLElement | undefined): boolean {
  element?.focus();
  return true;
}

/** The cell of the row after `from` that is nearest; `others` lead away from it. */
function nextRow(others: readonly HTMLElement[], from: HTMLElement): HTMLElement | undefined {
  const top = others.find((each) => each.offsetTop !== from.offsetTop)?.offsetTop;
  const distance = (each: HTMLElement) => Math.abs(each.offsetLeft - from.offsetLeft);
  return others.filter((each) => each.offsetTop === top).sort((a, b) => distance(a) - distance(b))[0];
}

function isRightToLeft(box: HTMLElement): boolean {
  return getComputedStyle(box).direction === "rtl";
}
