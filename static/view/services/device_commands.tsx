/** What a device can be told, as buttons, and what came of it. */

import { useSignal } from "@preact/signals";
import { userKey } from "../../../protocol/names.ts";
import type { Chat } from "../../state/chat.ts";
import { type Conversation, isSubscribed } from "../../state/conversations.ts";
import { words } from "../../state/words.ts";
import { useChat } from "../chat_context.ts";
import { visible } from "../text/visible_text.ts";
import { subscribe, unsubscribe } from "../../state/membership.ts";

/** What can be said to the device that comes with the server (docs/protocol.md, section 8); others tell it with their `help`. */
const BUILT_IN: ReadonlyMap<string, readonly string[]> = new Map([
  ["thermometer1", ["now", "range", "reboot"]],
]);
/** These have a button of their own. */
const OWN_BUTTONS = new Set(["subscribe", "unsubscribe", "help"]);

/** Something that was asked of the device here. */
interface Asked {
  readonly command: string;
  /** Entries of the timeline that were there before. */
  readonly after: number;
}

export function DeviceCommands({ conversation }: { conversation: Conversation }) {
  const chat = useChat();
  const { name } = conversation;
  const asked = useSignal<Asked | undefined>(undefined);
  const outcome = useSignal("");
  const isBusy = useSignal(false);
  const isOn = isSubscribed(conversation);
  const toggle = async () => {
    asked.value = undefined;
    isBusy.value = true;
    try {
      await (isOn ? unsubscribe(chat, name) : subscribe(chat, name));
      outcome.value = isOn ? "You get no more readings." : "Subscribed: new readings show here.";
    } catch (error) {
      outcome.value = words(error);
    }
    isBusy.value = false;
  };
  const say = (command: string) => {
    outcome.value = "";
    asked.value = { command, after: chat.timeline(name).lastSeq };
    void chat.attempt(() => chat.say(name, command));
  };
  const commands = (chat.services.of(name).commands ?? BUILT_IN.get(userKey(name)) ?? []).filter((command) =>
    !OWN_BUTTONS.has(command)
  );
  return (
    <div class="device-commands">
      <div class="row">
        {[...commands, "help"].map((command) => (
          <button
            type="button"
            class="button button-small"
            key={command}
            onClick={() => say(command)}
          >
            {capitalised(command)}
          </button>
        ))}
      </div>
      <button
        type="button"
        class={`button button-small ${isOn ? "button-quiet" : "button-primary"}`}
        disabled={isBusy.value}
        onClick={() => void toggle()}
      >
        {isOn ? "Unsubscribe" : "Subscribe"}
      </button>
      <p class="device-outcome" role="status">
        {asked.value ? <Outcome chat={chat} name={name} asked={asked.value} /> : outcome.value}
      </p>
    </div>
  );
}

/** How far it is: on its way, refused, heard, answered. */
function Outcome({ chat, name, asked }: { chat: Chat; name: string; asked: Asked }) {
  const entries = chat.timeline(name).entries.value.filter(({ seq }) => (seq ?? Infinity) > asked.after);
  const own = entries.find(({ kind, text }) => kind === "own" && text === asked.command);
  const answer = own?.seq === undefined
    ? undefined
    : entries.find(({ fromBot, isReading, seq }) => fromBot && !isReading && (seq ?? 0) > own.seq!);
  const isThere = chat.presence.isOnline(name);
  const state = !own
    ? ""
    : own.state === "failed"
    ? own.problem ?? "It could not be sent."
    : own.state === "sending"
    ? "Sending …"
    : answer
    ? answer.text
    : isThere
    ? "Waiting for its answer …"
    : "It is offline, and finds this when it is back.";
  return (
    <>
      <strong>{capitalised(asked.command)}:</strong> <span dir="auto">{visible(state)}</span>
    </>
  );
}

function capitalised(command: string): string {
  return command.charAt(0).toUpperCase() + command.slice(1);
}
