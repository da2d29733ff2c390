/** What a service offers, as buttons above the conversation with it. */

import { useSignal } from "@preact/signals";
import { type Conversation, isSubscribed } from "../state/conversations.ts";
import type { Entry } from "../state/entry.ts";
import { useChat } from "./chat_context.ts";
import { Icon } from "./icon.tsx";
import { clockTime } from "./time.ts";

const PERSONALITIES = ["happy", "angry", "spanish"];

export function ServiceBar({ conversation }: { conversation: Conversation }) {
  const chat = useChat();
  return (
    <section class="service" aria-label={`What ${conversation.name} offers`}>
      {chat.isAiBot(conversation.name)
        ? <AiActions name={conversation.name} />
        : <PublisherActions conversation={conversation} />}
    </section>
  );
}

function PublisherActions({ conversation }: { conversation: Conversation }) {
  const chat = useChat();
  const { name } = conversation;
  const isOn = isSubscribed(conversation);
  const isBusy = useSignal(false);
  const toggle = async () => {
    isBusy.value = true;
    await chat.attempt(() => isOn ? chat.unsubscribe(name) : chat.subscribe(name));
    isBusy.value = false;
  };
  return (
    <>
      <LatestReading entry={chat.timeline(name).entries.value.findLast(({ isReading }) => isReading)} />
      <div class="row">
        <button
          type="button"
          class={`button button-small ${isOn ? "" : "button-primary"}`}
          disabled={isBusy.value}
          onClick={() => void toggle()}
        >
          {isOn ? "Unsubscribe" : "Subscribe"}
        </button>
        <SayButton name={name} text="now">Now</SayButton>
        <SayButton name={name} text="range">Range</SayButton>
        <SayButton name={name} text="reboot">Reboot</SayButton>
        <SayButton name={name} text="help">Help</SayButton>
      </div>
    </>
  );
}

function LatestReading({ entry }: { entry: Entry | undefined }) {
  return (
    <p class="latest">
      <Icon name="thermometer" />
      {entry
        ? (
          <>
            <strong>{entry.text}</strong>
            <span class="quiet">at {clockTime(entry.time)}</span>
          </>
        )
        : <span class="quiet">Subscribe to get its readings here.</span>}
    </p>
  );
}

function AiActions({ name }: { name: string }) {
  return (
    <>
      <div class="row" role="group" aria-label="Personality">
        <span class="quiet">Personality</span>
        {PERSONALITIES.map((each) => (
          <SayButton name={name} text={`personality ${each}`} key={each}>
            {each[0]!.toUpperCase() + each.slice(1)}
          </SayButton>
        ))}
        <SayButton name={name} text="rotate">Next</SayButton>
      </div>
      <div class="row">
        <SayButton name={name} text="reset">Forget this conversation</SayButton>
        <SayButton name={name} text="help">Help</SayButton>
      </div>
    </>
  );
}

/** Says one of the words that the service knows. */
function SayButton({ name, text, children }: { name: string; text: string; children: string }) {
  const chat = useChat();
  return (
    <button type="button" class="button button-small" onClick={() => chat.say(name, text)}>{children}</button>
  );
}
