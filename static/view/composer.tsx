/** Where one writes: to whom, the text, and whether it is a question for the AI. */

import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import type { Chat } from "../state/chat.ts";
import { isCommandLine, runLine } from "../state/command_line.ts";
import { conversationKey, isRoom } from "../state/keys.ts";
import { words } from "../state/words.ts";
import { useChat } from "./chat_context.ts";
import { Icon } from "./icon.tsx";

export function Composer({ name }: { name: string }) {
  const chat = useChat();
  const to = useSignal(name);
  const asks = useSignal(false);
  const problem = useSignal("");
  const shown = chat.typed.of(name);
  const form = useRef<HTMLFormElement>(null);

  const send = async () => {
    // Typed since the last drawing counts, too.
    const text = chat.typed.of(name);
    if (text.trim() === "") return;
    problem.value = "";
    form.current?.querySelector("textarea")?.focus();
    try {
      const destination = to.value.trim() === "" ? name : to.value.trim();
      chat.typed.set(name, "");
      await deliver(chat, destination, text, asks.value);
      asks.value = false;
      if (!isCommandLine(text) && conversationKey(destination) !== conversationKey(name)) {
        chat.open(destination);
      }
    } catch (error) {
      problem.value = words(error);
      // What was typed comes back, unless something else was typed meanwhile.
      if (chat.typed.of(name) === "") chat.typed.set(name, text);
    }
  };
  const type = (value: string) => {
    chat.typed.set(name, value);
    if (value.trim() !== "" && !isCommandLine(value)) chat.tellTyping(to.value || name);
  };
  return (
    <form
      ref={form}
      class={`composer ${asks.value ? "composer-asks" : ""}`}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <ToField to={to} />
      <TextArea
        text={shown}
        to={to.value || name}
        asks={asks.value}
        onType={type}
        onSend={() => void send()}
      />
      <div class="composer-actions">
        {isRoom(to.value) && (
          <button
            type="button"
            class="button button-small toggle"
            aria-pressed={asks.value}
            aria-label="Ask AI"
            title={`The answer of ${chat.aiBot} comes here, for all to see`}
            onClick={() => asks.value = !asks.value}
          >
            <Icon name="ask" /> <span class="only-wide">Ask AI</span>
          </button>
        )}
        <button
          type="submit"
          class="button button-primary send"
          aria-label="Send"
          disabled={shown.trim() === ""}
        >
          <Icon name="send" />
        </button>
      </div>
      {problem.value !== "" && <p class="problem" role="alert">{problem.value}</p>}
    </form>
  );
}

async function deliver(chat: Chat, destination: string, text: string, asks: boolean): Promise<void> {
  if (asks && !isCommandLine(text)) chat.ask(destination, text);
  else await runLine(chat, destination, text);
}

/** Anyone can be written to, also who is away or was never here. */
function ToField({ to }: { to: Signal<string> }) {
  const { conversations, presence } = useChat();
  const id = useId();
  const names = new Set([
    ...conversations.all.value.map(({ name }) => name),
    ...presence.people.value.map(({ user }) => user),
  ]);
  return (
    <div class="to">
      <label for={id}>To</label>
      <input
        id={id}
        class="to-input"
        name="to"
        list={`${id}-names`}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        value={to.value}
        onInput={(event) => to.value = event.currentTarget.value}
        onFocus={(event) => event.currentTarget.select()}
      />
      <datalist id={`${id}-names`}>
        {[...names].sort().map((name) => <option value={name} key={name} />)}
      </datalist>
    </div>
  );
}

const isTouch = matchMedia("(pointer: coarse)").matches;

interface TextAreaProps {
  text: string;
  to: string;
  asks: boolean;
  onType: (text: string) => void;
  onSend: () => void;
}

/** Enter sends, and Shift+Enter is a line break; on touch screens Enter is the line break, and the button sends. */
function TextArea({ text, to, asks, onType, onSend }: TextAreaProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (!isTouch) area.current?.focus();
  }, []);
  useLayoutEffect(() => grow(area.current), [text]);
  return (
    <textarea
      ref={area}
      class="composer-text"
      name="message"
      aria-label="Message"
      placeholder={asks ? "Ask the AI, for all to see" : `Message ${to}`}
      rows={1}
      value={text}
      dir="auto"
      enterkeyhint={isTouch ? "enter" : "send"}
      onInput={(event) => onType(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing || isTouch) return;
        event.preventDefault();
        onSend();
      }}
    />
  );
}

/** As high as its text; the style sheet sets the limit. */
function grow(area: HTMLTextAreaElement | null): void {
  if (!area) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}
