/** Where one writes: the text, what helps to write it, and whether it is a question for the AI. */

import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import type { Chat } from "../../state/chat.ts";
import { isCommandLine, runLine, saidBy } from "../../state/writing/command_line.ts";
import { isRoom, isSameConversation, isSameUser } from "../../state/keys.ts";
import { bytesLeft, lengthWords, requireLength } from "../../state/writing/message_length.ts";
import { words } from "../../state/words.ts";
import { useChat } from "../chat_context.ts";
import { CompletionCount, CompletionList } from "./completion_list.tsx";
import { ComposerText } from "./composer_text.tsx";
import { EmojiButton } from "./emoji_button.tsx";
import { Icon } from "../controls/icon.tsx";
import { insertAtCaret } from "./text_edits.ts";
import { useCompletion } from "./use_completion.ts";

export function Composer({ name }: { name: string }) {
  const chat = useChat();
  const id = useId();
  const asks = useSignal(false);
  const problem = useSignal("");
  const area = useRef<HTMLTextAreaElement>(null);
  const completion = useCompletion(name, area);
  const text = chat.typed.of(name);

  const send = async () => {
    // Typed since the last drawing counts, too.
    const typed = chat.typed.of(name);
    const line = trimmed(typed);
    if (line === "") return;
    completion.close();
    area.current?.focus();
    try {
      requireLength(asks.value ? line : saidBy(line) ?? "");
      clear(chat, name, area.current);
      chat.writing.sent.note(name, line);
      await deliver(chat, name, line, asks.value);
      asks.value = false;
      problem.value = "";
    } catch (error) {
      if (isSameConversation(name, chat.conversations.currentName.value)) problem.value = words(error);
      else chat.complain(`${line}: ${words(error)}`);
      // What was typed comes back, unless something else was typed meanwhile.
      if (chat.typed.of(name) === "") chat.typed.set(name, typed);
    }
  };
  const type = (value: string) => {
    chat.typed.set(name, value);
    problem.value = "";
    // The first letter of a command tells nothing yet.
    if (value.trim() !== "" && !/^\/(?!\/)/.test(value)) chat.typing.tell(name);
  };
  return (
    <form
      class={`composer ${asks.value ? "composer-asks" : ""} ${text === "" ? "" : "composer-filled"}`}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <ComposerText
        name={name}
        area={area}
        text={text}
        placeholder={placeholderFor(chat, name, asks.value)}
        describedBy={`${id}-hint ${id}-length`}
        completion={completion}
        onType={type}
        onSend={() => void send()}
      />
      <CompletionList completion={completion} />
      <CompletionCount completion={completion} />
      <div class="composer-actions">
        <EmojiButton
          onPick={(symbol) => area.current && insertAtCaret(area.current, symbol)}
          onClose={() => area.current?.focus()}
        />
        {isRoom(name) && (
          <button
            type="button"
            class="button button-small toggle"
            aria-pressed={asks.value}
            aria-label="Ask AI"
            title={`The answer of ${chat.aiBot} comes here, for all to see`}
            onClick={() => {
              asks.value = !asks.value;
              area.current?.focus();
            }}
          >
            <Icon name="ask" /> <span class="only-wide">Ask AI</span>
          </button>
        )}
        <button
          type="submit"
          class="button button-primary send"
          aria-label="Send"
          disabled={text.trim() === ""}
        >
          <Icon name="send" />
        </button>
      </div>
      <Hint id={`${id}-hint`} text={text} />
      <Length id={`${id}-length`} text={asks.value ? text : saidBy(text) ?? ""} />
      {problem.value !== "" && <p class="problem" role="alert">{problem.value}</p>}
    </form>
  );
}

/** What the command that is being written takes. */
function Hint({ id, text }: { id: string; text: string }) {
  const help = isCommandLine(text) ? useChat().writing.commands.helpFor(text) : undefined;
  return (
    <p id={id} class="composer-hint">
      {help && (
        <>
          <code>{help.usage}</code> {help.summary}
        </>
      )}
    </p>
  );
}

/** How much is left, told where that is little. */
function Length({ id, text }: { id: string; text: string }) {
  const left = bytesLeft(text);
  return (
    <p id={id} class={`composer-length ${left !== undefined && left < 0 ? "composer-too-long" : ""}`}>
      {left !== undefined && lengthWords(left)}
    </p>
  );
}

async function deliver(chat: Chat, name: string, line: string, asks: boolean): Promise<void> {
  if (asks && !isCommandLine(line)) chat.ask(name, line);
  else await runLine(chat, name, line);
}

/** At once, also in what is drawn: the next key may come before the next drawing. */
function clear(chat: Chat, name: string, area: HTMLTextAreaElement | null): void {
  chat.typed.set(name, "");
  if (area) area.value = "";
}

function placeholderFor(chat: Chat, name: string, asks: boolean): string {
  if (asks) return "Ask the AI, for all to see";
  return isSameUser(name, chat.me.value) ? "Write a note to yourself" : `Message ${name}`;
}

/** Without empty lines before it and white space after it. */
function trimmed(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();
}
