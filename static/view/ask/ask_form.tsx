/** The one field of `/ask`. */

import { useSignal } from "@preact/signals";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import type { Asking } from "../../state/services/asking.ts";
import { Icon } from "../controls/icon.tsx";

const isTouch = matchMedia("(pointer: coarse)").matches;
/** Fewer than this are worth saying. */
const FEW_LEFT = 6;

export function AskForm({ asking }: { asking: Asking }) {
  const text = useSignal("");
  const area = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const obstacle = obstacleOf(asking);
  const isBusy = asking.current.value !== undefined;
  const hasTurns = asking.turns.value.length > 0;
  useEffect(() => {
    if (!isTouch) area.current?.focus();
  }, []);
  useLayoutEffect(() => grow(area.current), [text.value]);
  const send = () => {
    if (text.value.trim() === "" || obstacle !== "") return;
    asking.ask(text.value.trim());
    text.value = "";
    area.current?.focus();
  };
  return (
    <form
      class="ask-form"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <p class="ask-obstacle" role="status">{obstacle}</p>
      <div class="ask-field">
        <label class="for-ears" for={id}>Your question</label>
        <textarea
          id={id}
          ref={area}
          name="question"
          rows={1}
          dir="auto"
          value={text.value}
          placeholder={hasTurns ? "Ask something else" : "Ask anything"}
          aria-describedby={`${id}-hint`}
          enterkeyhint={isTouch ? "enter" : "send"}
          onInput={(event) => text.value = event.currentTarget.value}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing || isTouch) return;
            event.preventDefault();
            send();
          }}
        />
        <button
          type="submit"
          class="button button-primary send"
          aria-label="Ask"
          disabled={text.value.trim() === "" || obstacle !== ""}
        >
          <Icon name="send" />
        </button>
      </div>
      {obstacle === "" && <p class="ask-hint quiet" id={`${id}-hint`}>{hintOf(asking, isBusy)}</p>}
    </form>
  );
}

/** Why nothing can be asked now; empty where something can. */
function obstacleOf({ bot, againAt }: Asking): string {
  if (againAt.value !== undefined) {
    return `Your questions are used up for now. You can ask again ${timeWords(againAt.value)}.`;
  }
  if (bot.value === "") return "There is no AI here just now. This page asks for it again by itself.";
  return "";
}

function hintOf({ left, bot }: Asking, isBusy: boolean): string {
  if (left.value !== undefined && left.value > 0 && left.value < FEW_LEFT) {
    return `${left.value === 1 ? "1 question" : `${left.value} questions`} left for now.`;
  }
  if (isBusy) return "You can ask the next question already; answers come one at a time.";
  return bot.value === "aibot"
    ? "The built-in agent answers: it knows its topics, and no more."
    : "An AI can be wrong. What is said here is between you and it.";
}

function timeWords(at: number): string {
  const time = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" }).format(at);
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  return isToday ? `at ${time}` : `tomorrow at ${time}`;
}

/** As high as its text; the style sheet sets the limit. */
function grow(area: HTMLTextAreaElement | null): void {
  if (!area) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}
