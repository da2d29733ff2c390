/** Text that somebody wrote, as safe Markdown; folded where it is long. */

import { useSignal } from "@preact/signals";
import { useContext, useId, useLayoutEffect, useRef } from "preact/hooks";
import { ChatContext } from "../chat_context.ts";
import { copyPressed } from "./copy_button.ts";
import { type Fold, folds, isTall, mayBeTall, skipHidden } from "../timeline/fold.ts";
import { GrowingText, showText } from "./message_body.ts";

interface MarkdownProps {
  text: string;
  /** The key of the entry, which stays the same while the text grows; by it the page remembers what was unfolded. */
  id?: string;
  /** It is still being written. */
  busy?: boolean;
}

export function Markdown({ text, busy = false, ...props }: MarkdownProps) {
  // Outside of a chat there are no rooms and people to lead to.
  const me = useContext(ChatContext)?.me.value;
  const bodyId = useId();
  const id = props.id ?? bodyId;
  const body = useRef<HTMLDivElement>(null);
  const more = useRef<HTMLButtonElement>(null);
  const growing = useRef<GrowingText | null>(null);
  const fold = useSignal<Fold>(folds.get(id) ?? "none");
  const isLong = !busy && mayBeTall(text);
  const change = (value: Fold) => folds.set(id, fold.value = value);

  useLayoutEffect(() => {
    if (busy) {
      growing.current ??= new GrowingText(body.current!, me);
      growing.current.update(text);
    } else {
      showText(body.current!, text, me);
      if (isLong && folds.get(id) === undefined) measure();
      growing.current = null;
    }
  }, [text, busy, me]);

  useLayoutEffect(() => {
    if (isLong) skipHidden(body.current!, fold.value === "folded");
  }, [text, fold.value]);

  const measure = () => {
    // What was watched while it was written is not folded under the reader's eyes.
    change(!isTall(body.current!) ? "none" : growing.current ? "open" : "folded");
    // Not only by drawing again: the row has its height before it is first seen.
    body.current!.dataset.fold = fold.value;
    more.current!.hidden = fold.value === "none";
  };

  return (
    <>
      <div class="body" dir="auto" ref={body} id={bodyId} data-fold={fold.value} onClick={copyPressed} />
      {isLong && (
        <button
          type="button"
          class="link body-more"
          ref={more}
          hidden={fold.value === "none"}
          aria-expanded={fold.value === "open"}
          aria-controls={bodyId}
          onClick={() => change(fold.value === "open" ? "folded" : "open")}
        >
          {fold.value === "open" ? "Show less" : "Show all"}
        </button>
      )}
    </>
  );
}
