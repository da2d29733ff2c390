/** What a service offers, as buttons above the conversation with it. */

import { useSignal } from "@preact/signals";
import { type Conversation, isSubscribed } from "../state/conversations.ts";
import type { Entry } from "../state/entry.ts";
import { conversationKey } from "../state/keys.ts";
import { isAiBotName } from "../state/ai_bots.ts";
import { useChat } from "./chat_context.ts";
import { Icon } from "./icon.tsx";
import { clockTime } from "./time.ts";

/** The AI bot that has personalities; the other answers without a model. */
const HAS_PERSONALITIES = "openai";
const PERSONALITIES = ["happy", "angry", "spanish"];

export function ServiceBar({ conversation }: { conversation: Conversation }) {
  return (
    <section class="service" aria-label={`What ${conversation.name} offers`}>
      {isAiBotName(conversation.name)
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
      {conversationKey(name) === HAS_PERSONALITIES && <Personalities name={name} />}
      <div class="row">
        <SayButton name={name} text="reset">Forget this conversation</SayButton>
        <SayButton name={name} text="help">Help</SayButton>
      </div>
    </>
  );
}

/** Which one the bot has is known from what it said last; before that, none is marked. */
function Personalities({ name }: { name: string }) {
  const entries = useChat().timeline(name).entries.value;
  const active = entries.findLast(({ fromBot, personality }) => fromBot && personality)?.personality;
  return (
    <div class="row" role="group" aria-label="Personality">
      <span class="quiet">Personality</span>
      {PERSONALITIES.map((each) => (
        <SayButton name={name} text={`personality ${each}`} pressed={each === active} key={each}>
          {each[0]!.toUpperCase() + each.slice(1)}
        </SayButton>
      ))}
      <SayButton name={name} text="rotate">Next</SayButton>
    </div>
  );
}

/** Says one of the words that the service knows. */
function SayButton(
  { name, text, pressed, children }: { name: string; text: string; pressed?: boolean; children: string },
) {
  const chat = useChat();
  return (
    <button
      type="button"
      class={`button button-small ${pressed === undefined ? "" : "toggle"}`}
      aria-pressed={pressed}
      onClick={() => chat.say(name, text)}
    >
      {children}
    </button>
  );
}
