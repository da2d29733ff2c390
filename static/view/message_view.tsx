/** One message, notice or reading. */

import type { Entry } from "../state/entry.ts";
import { Avatar, botKind, colourOf } from "./avatar.tsx";
import { useChat } from "./chat_context.ts";
import { Icon } from "./icon.tsx";
import { Markdown } from "./markdown.tsx";
import { clockTime, fullTime } from "./time.ts";

interface MessageProps {
  entry: Entry;
  /** It stands under one of the same sender, without a head of its own. */
  isGrouped: boolean;
}

/** Reading a signal makes it one that is drawn again only when its entry changes. */
export function MessageView({ entry, isGrouped }: MessageProps) {
  const isTarget = useChat().target.value === (entry.seq ?? NaN);
  if (entry.kind === "notice" || entry.kind === "error") return <Notice entry={entry} />;
  return (
    <article
      class={`message ${isGrouped ? "message-grouped" : ""} ${isTarget ? "message-target" : ""}`}
      data-kind={entry.kind}
      data-state={entry.state}
      data-stored={entry.stored ? "" : undefined}
      data-seq={entry.seq}
      aria-busy={entry.state === "writing"}
    >
      <div class="message-side">
        {isGrouped
          ? <time class="message-time-small" dateTime={entry.time}>{clockTime(entry.time)}</time>
          : <Avatar name={entry.sender} bot={entry.fromBot || entry.isReading} />}
      </div>
      <div class="message-main">
        {!isGrouped && <Head entry={entry} />}
        {entry.isReading
          ? <Reading entry={entry} />
          : <Markdown text={entry.text} busy={entry.state === "writing"} />}
        <Foot entry={entry} />
      </div>
    </article>
  );
}

function Head({ entry }: { entry: Entry }) {
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
      {entry.kind === "direct" && <span class="tag tag-direct">direct</span>}
      {entry.stored && <span class="tag tag-stored">stored</span>}
      <time dateTime={entry.time} title={fullTime(entry.time)}>{clockTime(entry.time)}</time>
    </header>
  );
}

function Reading({ entry }: { entry: Entry }) {
  return <p class="body reading" dir="auto">{entry.text}</p>;
}

function Foot({ entry }: { entry: Entry }) {
  const chat = useChat();
  if (entry.state === "writing") {
    return (
      <p class="message-foot">
        <span class="writing">Writing</span>
        <button
          type="button"
          class="button button-small"
          onClick={() =>
            void chat.attempt(async () => chat.notice((await chat.client.command("/stop")).message))}
        >
          <Icon name="stop" /> Stop
        </button>
      </p>
    );
  }
  if (entry.state === "sending") {
    return (
      <p class="message-foot quiet">
        {chat.status.value.state === "online" ? "Sending …" : "Waiting to be sent"}
      </p>
    );
  }
  if (entry.state !== "failed" || entry.id === undefined) return null;
  const { id } = entry;
  return (
    <p class="message-foot" role="alert">
      <span class="problem">{entry.problem}</span>
      <button type="button" class="button button-small" onClick={() => chat.timelines.retry(id)}>
        Retry
      </button>
      <button type="button" class="button button-small" onClick={() => chat.timelines.discard(id)}>
        Discard
      </button>
    </p>
  );
}

function Notice({ entry }: { entry: Entry }) {
  return (
    <p class="notice" data-kind={entry.kind} role={entry.kind === "error" ? "alert" : undefined}>
      <span dir="auto">{entry.text}</span>{" "}
      <time dateTime={entry.time} title={fullTime(entry.time)}>{clockTime(entry.time)}</time>
    </p>
  );
}
