/** Search in all that the user may read, with the way to each result. */

import type { Envelope } from "../../protocol/message.ts";
import { conversationOf } from "../state/keys.ts";
import { useChat } from "./chat_context.ts";
import { Field } from "./field.tsx";
import { Icon } from "./icon.tsx";
import { clockTime, dayName, fullTime } from "./time.ts";
import { visible } from "./visible_text.ts";

export function SearchPanel() {
  const { search } = useChat();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void search.run();
  };
  return (
    <aside
      class="panel panel-search"
      aria-label="Search"
      onKeyDown={(event) => event.key === "Escape" && search.close()}
    >
      <header class="panel-head">
        <h2>Search</h2>
        <button
          type="button"
          class="icon-button"
          aria-label="Close the search"
          onClick={() => search.close()}
        >
          <Icon name="close" />
        </button>
      </header>
      <form class="panel-form" role="search" onSubmit={submit}>
        <Field
          label="Words, “a phrase”, or pre*"
          name="query"
          type="search"
          value={search.query}
          problem={search.problem.value}
          focused
        />
        <button
          type="submit"
          class="button button-primary send"
          aria-label="Find"
          disabled={search.busy.value}
        >
          <Icon name="search" />
        </button>
      </form>
      <p class="panel-hint quiet">
        Narrow it with <code>in=#room</code> or <code>from=name</code>.
      </p>
      <div class="panel-body" aria-busy={search.busy.value}>
        <Results />
      </div>
    </aside>
  );
}

function Results() {
  const { search } = useChat();
  const results = search.results.value;
  if (search.searched.value !== "" && results.length === 0 && !search.busy.value) {
    return <p class="quiet" role="status">Nothing was found for “{search.searched.value}”.</p>;
  }
  return (
    <>
      <ul class="results">
        {results.map((message) => <Result message={message} key={message.seq} />)}
      </ul>
      {search.more.value && (
        <button
          type="button"
          class="button button-wide"
          disabled={search.busy.value}
          onClick={() => void search.runOlder()}
        >
          Older results
        </button>
      )}
    </>
  );
}

function Result({ message }: { message: Envelope }) {
  const chat = useChat();
  const { sender, timestamp, metadata } = message;
  const snippet = typeof metadata.snippet === "string" ? metadata.snippet : message.message;
  const open = () => {
    void chat.attempt(() => chat.jumpTo(message));
    if (matchMedia("(max-width: 60rem)").matches) chat.search.close();
  };
  return (
    <li>
      <button type="button" class="result" onClick={open}>
        <span class="result-head">
          <bdi class="result-sender">{sender}</bdi>
          <span class="quiet">
            in <bdi>{conversationOf(message, chat.me.value)}</bdi>
          </span>
          <time class="quiet" dateTime={timestamp} title={fullTime(timestamp)}>
            {dayName(timestamp)}, {clockTime(timestamp)}
          </time>
        </span>
        <span class="result-text" dir="auto">{marked(visible(snippet))}</span>
      </button>
    </li>
  );
}

/** The server sets what was found between pairs of asterisks. */
function marked(snippet: string) {
  return snippet.split("**").map((part, index) => index % 2 === 1 ? <mark key={index}>{part}</mark> : part);
}
