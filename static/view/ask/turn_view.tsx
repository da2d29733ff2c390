/** A question and its answer. */

import { useSignal } from "@preact/signals";
import type { Asking } from "../../state/services/asking.ts";
import { isOpen, type Turn } from "../../state/services/turns.ts";
import { Avatar } from "../controls/avatar.tsx";
import { copyText } from "../controls/clipboard.ts";
import { AnswerText, CutOff, writtenOf } from "../text/answer_text.tsx";
import { Icon } from "../controls/icon.tsx";
import { visible } from "../text/visible_text.ts";

/** How long it is said that something was copied. */
const SAID_MS = 2_500;

interface TurnViewProps {
  turn: Turn;
  isLast: boolean;
  asking: Asking;
}

export function TurnView({ turn, isLast, asking }: TurnViewProps) {
  return (
    <article class="turn" data-state={turn.state} data-seq={turn.seq} aria-busy={isOpen(turn)}>
      <h2 class="turn-question" dir="auto">
        <span class="for-ears">You asked:</span>
        {visible(turn.question)}
      </h2>
      <div class="turn-answer">
        <Avatar name="AI" bot />
        {turn.answer !== "" && (
          <AnswerText
            text={turn.answer}
            cutOff={turn.cutOff}
            isWriting={isOpen(turn)}
          />
        )}
        {turn.cutOff !== undefined && <CutOff reason={turn.cutOff} text={turn.answer} />}
        <TurnFoot turn={turn} asking={asking} />
        {turn.state === "done" && <Actions turn={turn} isLast={isLast} asking={asking} />}
      </div>
    </article>
  );
}

/** Whoever was refused, or got half an answer, may ask the same again. */
const WORTH_ASKING_AGAIN: ReadonlySet<string | undefined> = new Set(["failed", "closing"]);

function Actions({ turn, isLast, asking }: TurnViewProps) {
  const copied = useSignal("");
  const written = writtenOf(turn.answer, turn.cutOff);
  const copy = async () => {
    copied.value = await copyText(written) ? "Copied" : "Could not copy";
    setTimeout(() => copied.value = "", SAID_MS);
  };
  const again = isLast && WORTH_ASKING_AGAIN.has(turn.cutOff) && asking.againAt.value === undefined;
  return (
    <div class={`turn-actions ${isLast ? "turn-actions-last" : ""}`}>
      {written !== "" && (
        <button
          type="button"
          class="button button-small button-quiet"
          aria-label="Copy the answer"
          onClick={() => void copy()}
        >
          <Icon name="copy" /> Copy
        </button>
      )}
      {again && (
        <button type="button" class="button button-small" onClick={() => asking.ask(turn.question)}>
          Ask again
        </button>
      )}
      <span class="quiet" role="status">{copied.value}</span>
    </div>
  );
}

function TurnFoot({ turn, asking }: Omit<TurnViewProps, "isLast">) {
  if (turn.state === "sending") {
    const isOnline = asking.status.value.state === "online";
    return <p class="quiet">{isOnline ? "Sending …" : "Waiting for the connection"}</p>;
  }
  if (turn.state === "failed") {
    return (
      <p class="turn-failed" role="alert">
        <span class="problem">{turn.problem}</span>
        <button type="button" class="button button-small" onClick={() => asking.retry(turn)}>
          Ask again
        </button>
      </p>
    );
  }
  if (!isOpen(turn)) return null;
  return (
    <>
      {turn.note !== undefined && <p class="quiet">{visible(turn.note)}</p>}
      <p class="row">
        <span class="writing">{turn.state === "writing" ? "Writing" : "Thinking"}</span>
        <button type="button" class="button button-small" onClick={() => asking.stop()}>
          <Icon name="stop" /> Stop
        </button>
      </p>
    </>
  );
}
