/** A question and its answer. */

import type { Asking } from "../../state/services/asking.ts";
import { isOpen, type Turn } from "../../state/services/turns.ts";
import { AnswerText, CutOff } from "../text/answer_text.tsx";
import { Icon } from "../controls/icon.tsx";
import { visible } from "../text/visible_text.ts";

export function TurnView({ turn, asking }: { turn: Turn; asking: Asking }) {
  return (
    <article class="turn" data-state={turn.state} data-seq={turn.seq} aria-busy={isOpen(turn)}>
      <h2 class="turn-question" dir="auto">
        <span class="for-ears">You asked:</span>
        {visible(turn.question)}
      </h2>
      <div class="turn-answer">
        {turn.answer !== "" && (
          <AnswerText
            text={turn.answer}
            cutOff={turn.cutOff}
            isWriting={isOpen(turn)}
          />
        )}
        {turn.cutOff !== undefined && <CutOff reason={turn.cutOff} text={turn.answer} />}
        <TurnFoot turn={turn} asking={asking} />
      </div>
    </article>
  );
}

function TurnFoot({ turn, asking }: { turn: Turn; asking: Asking }) {
  if (turn.state === "sending") {
    const isOnline = asking.status.value.state === "online";
    return <p class="quiet">{isOnline ? "Sending …" : "Waiting for the connection"}</p>;
  }
  if (turn.state === "failed") {
    return (
      <p class="row" role="alert">
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
