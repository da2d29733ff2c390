/** The text area in which one writes: its height, its keys, and how it tells of the list that completes a word. */

import { type RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { optionId } from "./completion_list.tsx";
import { isInCodeBlock } from "../text/code_fence.ts";
import type { Completion } from "./use_completion.ts";
import { useRecall } from "./use_recall.ts";

const isTouch = matchMedia("(pointer: coarse)").matches;
const growsByItself = CSS.supports("field-sizing", "content");

interface ComposerTextProps {
  name: string;
  area: RefObject<HTMLTextAreaElement | null>;
  text: string;
  placeholder: string;
  describedBy: string;
  completion: Completion;
  onType: (text: string) => void;
  onSend: () => void;
}

/** Enter sends, and Shift+Enter is a line break, as Enter is in a code block; on touch screens Enter is the line break, and the button sends. */
export function ComposerText(props: ComposerTextProps) {
  const { name, area, text, completion, onType, onSend } = props;
  const recall = useRecall(name, completion.close);
  // As it is drawn: the next key is for this conversation.
  useLayoutEffect(() => {
    if (!isTouch) area.current?.focus();
  }, []);
  useLayoutEffect(() => grow(area.current), [text]);
  const handleKey = (event: KeyboardEvent & { currentTarget: HTMLTextAreaElement }) => {
    if (isComposed(event)) return;
    const isEnter = event.key === "Enter";
    const isAlways = isEnter && (event.ctrlKey || event.metaKey);
    if (!isAlways && (completion.key(event) || recall(event, event.currentTarget))) return;
    if (!isAlways && (!isEnter || event.shiftKey || event.altKey || isTouch)) return;
    const { value, selectionStart } = event.currentTarget;
    if (!isAlways && isInCodeBlock(value, selectionStart)) return;
    event.preventDefault();
    onSend();
  };
  return (
    <textarea
      ref={area}
      class="composer-text"
      name="message"
      aria-label="Message"
      aria-describedby={props.describedBy}
      {...listOf(completion)}
      placeholder={props.placeholder}
      rows={1}
      value={text}
      dir="auto"
      enterkeyhint={isTouch ? "enter" : "send"}
      onInput={(event) => {
        onType(event.currentTarget.value);
        completion.typed(event as InputEvent);
      }}
      onKeyDown={handleKey}
      onKeyUp={completion.moved}
      onClick={completion.moved}
      onBlur={completion.close}
    />
  );
}

/**
 * A text area of many lines stays a textbox: HTML allows it no other role, and a textbox no `aria-expanded`. What is marked is read
 * as it is in a combobox, and that a list shows is said by a status (completion_list.tsx).
 */
function listOf({ id, suggestions, marked }: Completion) {
  return {
    "aria-autocomplete": "list" as const,
    "aria-haspopup": "listbox" as const,
    ...suggestions.length > 0 && { "aria-controls": id },
    ...marked >= 0 && suggestions.length > 0 && { "aria-activedescendant": optionId(id, marked) },
  };
}

/** Keys that choose among the words of an input method are not for the page; Safari tells of its last one by its code alone. */
function isComposed({ isComposing, keyCode }: KeyboardEvent): boolean {
  return isComposing || keyCode === 229;
}

/** As high as its text; the style sheet sets the limit, and where the browser can it does all of it, without measuring. */
function grow(area: HTMLTextAreaElement | null): void {
  if (!area || growsByItself) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}
