/** `/ask`: a visitor's conversation with the AI. */

import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Asking } from "../../state/services/asking.ts";
import { AskForm } from "./ask_form.tsx";
import { ConnectionBanner } from "../connection_banner.tsx";
import { Icon } from "../controls/icon.tsx";
import { Sign } from "../controls/sign.tsx";
import { TurnView } from "./turn_view.tsx";

/** Near the end counts as the end. */
const END_WITHIN_PX = 80;

export function AskPage({ asking }: { asking: Asking }) {
  const turns = asking.turns.value;
  const isFresh = turns.length === 0;
  return (
    <div class={`ask ${isFresh ? "ask-fresh" : "ask-begun"}`}>
      <Head asking={asking} />
      <ConnectionBanner status={asking.status.value} onRetry={() => asking.retryNow()}>
        What you ask is kept and sent then.
      </ConnectionBanner>
      <main class="ask-main">
        {isFresh ? <Welcome asking={asking} /> : <Conversation asking={asking} />}
        <AskForm asking={asking} />
      </main>
      <p class="for-ears" role="status">{asking.announced.value}</p>
    </div>
  );
}

function Head({ asking }: { asking: Asking }) {
  const isSignedIn = localStorage.getItem("parley.session") !== null;
  return (
    <header class="ask-head">
      <a class="ask-brand" href="./" aria-label="Parley, the chat">
        <Sign /> <span class="brand">Parley</span>
      </a>
      {asking.turns.value.length > 0 && (
        <button
          type="button"
          class="button button-small"
          onClick={() => asking.startOver()}
        >
          <Icon name="pen" /> <span class="ask-start-over">Start over</span>
        </button>
      )}
      <a class="button button-small" href="./">{isSignedIn ? "Open the chat" : "Sign in"}</a>
    </header>
  );
}

const EXAMPLES = [
  "What is a WebSocket, in two sentences?",
  "How do I debounce a function in TypeScript?",
  "What can one do with Parley?",
];

function Welcome({ asking }: { asking: Asking }) {
  return (
    <section class="ask-welcome">
      <h1>What would you like to know?</h1>
      <p class="ask-lead">
        {/* Nothing is promised before it is known who answers. */}
        {asking.bot.value === "aibot"
          ? "A small built-in agent answers at once: about programming, and about this chat. No account, no cost."
          : "Ask the AI. It answers at once, without an account."}
      </p>
      <ul class="ask-examples" aria-label="Examples">
        {EXAMPLES.map((example) => (
          <li key={example}>
            <button
              type="button"
              class="button ask-example"
              disabled={asking.bot.value === ""}
              onClick={() => asking.ask(example)}
            >
              <span>{example}</span>
              <Icon name="arrow" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Conversation({ asking }: { asking: Asking }) {
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useSignal(true);
  const turns = asking.turns.value;
  const count = useRef(0);
  useLayoutEffect(() => {
    const element = scroller.current!;
    const isAsked = turns.length > count.current;
    count.current = turns.length;
    if (isAsked || isAtEnd.peek()) element.scrollTop = element.scrollHeight;
  }, [turns]);
  useLayoutEffect(() => stayAtEnd(scroller.current!, () => isAtEnd.peek()), []);
  const toEnd = () => scroller.current!.scrollTo({ top: scroller.current!.scrollHeight });
  return (
    <>
      <div
        class="ask-conversation"
        ref={scroller}
        tabIndex={0}
        role="region"
        aria-label="Questions and answers"
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          isAtEnd.value = scrollHeight - scrollTop - clientHeight < END_WITHIN_PX;
        }}
      >
        <h1 class="for-ears">Ask the AI</h1>
        <div class="ask-turns">
          {turns.map((turn, index) => (
            <TurnView turn={turn} isLast={index === turns.length - 1} asking={asking} key={turn.id} />
          ))}
          {asking.isForgotten.value && (
            <p class="ask-note quiet">
              You were away for more than a day: the AI has forgotten what was said above.
            </p>
          )}
        </div>
      </div>
      {!isAtEnd.value && (
        <div class="ask-jump">
          <button type="button" class="icon-button" aria-label="To the end" onClick={toEnd}>
            <Icon name="down" />
          </button>
        </div>
      )}
    </>
  );
}

/** The window, a soft keyboard and code that is highlighted change how much there is room for. */
function stayAtEnd(scroller: HTMLElement, isAtEnd: () => boolean): () => void {
  const resized = new ResizeObserver(() => {
    if (isAtEnd()) scroller.scrollTop = scroller.scrollHeight;
  });
  for (const each of [scroller, ...scroller.children]) resized.observe(each);
  return () => resized.disconnect();
}
