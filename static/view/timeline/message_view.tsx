/** One message, notice or reading. */

import type { Entry } from "../../state/reading/entry.ts";
import { CutOff, writtenOf } from "../text/answer_text.tsx";
import { Avatar, botKind } from "../controls/avatar.tsx";
import { useChat } from "../chat_context.ts";
import { colourOf } from "../text/name_colour.ts";
import { Icon } from "../controls/icon.tsx";
import { Markdown } from "../text/markdown.tsx";
import { MessageActions } from "./message_actions.tsx";
import { clockTime, fullTime, shortTime } from "../text/time.ts";
import { visible } from "../text/visible_text.ts";

interface MessageProps {
  entry: Entry;
  /** It stands under one of the same sender, without a head of its own. */
  isGrouped: boolean;
  /** With it begins what was kept while the user was away. */
  isFirstStored: boolean;
  /** With what shows where it is pointed at: its time, and what can be done with it. */
  hasDetails: boolean;
}

/** Reading a signal makes it one that is drawn again only when its entry changes. */
export function MessageView({ entry, isGrouped, isFirstStored, hasDetails }: MessageProps) {
  const isTarget = useChat().target.value === (entry.seq ?? NaN);
  if (entry.kind === "notice" || entry.kind === "error") return <Notice entry={entry} />;
  return (
    <article
      class={`message ${isGrouped ? "message-grouped" : ""} ${isTarget ? "message-target" : ""}`}
      data-kind={entry.kind}
      data-state={entry.state}
      data-stored={entry.stored ? "" : undefined}
      data-seq={entry.seq}
      tabIndex={-1}
      aria-label={`${entry.sender}, ${fullTime(entry.time)}`}
      aria-busy={entry.state === "writing"}
    >
      <div class="message-side">
        {isGrouped
          ? hasDetails && <SideTime entry={entry} />
          : <Avatar name={entry.sender} bot={entry.fromBot || entry.isReading} />}
      </div>
      <div class="message-main">
        {!isGrouped && <Head entry={entry} isFirstStored={isFirstStored} />}
        {entry.isReading ? <Reading entry={entry} /> : <Words entry={entry} />}
        {entry.state !== "done" && <Foot entry={entry} />}
      </div>
      {hasDetails && <MessageActions entry={entry} />}
    </article>
  );
}

/** Seen where the message is pointed at; a reading has its time beside it. */
function SideTime({ entry }: { entry: Entry }) {
  if (entry.isReading) return null;
  return (
    <time class="message-time-small" dateTime={entry.time} title={fullTime(entry.time)}>
      {shortTime(entry.time)}
    </time>
  );
}

function Head({ entry, isFirstStored }: { entry: Entry; isFirstStored: boolean }) {
  const chat = useChat();
  const isBot = entry.fromBot || entry.isReading;
  return (
    <header class="message-head">
      <button
        type="button"
        class="message-sender"
        data-colour={isBot ? undefined : colourOf(entry.sender)}
        data-bot={isBot ? botKind(entry.sender) : undefined}
        onClick={() => chat.open(entry.sender)}
        title={`Write to ${entry.sender}`}
      >
        <bdi>{entry.sender}</bdi>
      </button>
      {entry.fromBot && <span class="tag">bot</span>}
      {entry.isReading && <span class="tag">reading</span>}
      {isFirstStored && <span class="tag tag-stored">stored</span>}
      {!entry.isReading && <Clock time={entry.time} />}
    </header>
  );
}

function Words({ entry }: { entry: Entry }) {
  const written = writtenOf(entry.text, entry.cutOff);
  return (
    <>
      {written !== "" && <Markdown text={written} id={entry.key} busy={entry.state === "writing"} />}
      {entry.cutOff !== undefined && <CutOff reason={entry.cutOff} text={entry.text} />}
    </>
  );
}

function Reading({ entry }: { entry: Entry }) {
  return (
    <div class="reading">
      <p class="body reading-value" dir="auto">{visible(entry.text)}</p>
      <Clock time={entry.time} />
    </div>
  );
}

function Clock({ time }: { time: string }) {
  return <time dateTime={time} title={fullTime(time)}>{clockTime(time)}</time>;
}

function Foot({ entry }: { entry: Entry }) {
  const chat = useChat();
  if (entry.state === "writing") {
    return (
      <p class="message-foot">
        <span class="writing">Writing</span>
        {entry.canStop && (
          <button
            type="button"
            class="button button-small"
            onClick={() =>
              void chat.attempt(async () => chat.notice((await chat.client.command("/stop")).message))}
          >
            <Icon name="stop" /> Stop
          </button>
        )}
      </p>
    );
  }
  if (entry.state === "sending") {
    return (
      <p class="message-foot quiet">
        {chat.isSending.value ? "Sending …" : "Waiting to be sent"}
      </p>
    );
  }
  if (entry.state !== "failed" || entry.id === undefined) return null;
  const { id } = entry;
  return (
    <p class="message-foot">
      <span class="problem message-problem">
        <Icon name="alert" /> <span>{entry.problem}</span>
      </span>
      <button type="button" class="button button-small" onClick={() => chat.unsent.retry(id)}>
        Retry
      </button>
      <button type="button" class="button button-small button-quiet" onClick={() => chat.unsent.discard(id)}>
        Discard
      </button>
    </p>
  );
}

function Notice({ entry }: { entry: Entry }) {
  return (
    <p class="notice" data-kind={entry.kind}>
      <span dir="auto">{visible(entry.text)}</span> <Clock time={entry.time} />
    </p>
  );
}
