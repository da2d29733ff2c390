/** Who is typing here just now. */

import { useChat } from "../chat_context.ts";

const MOST_NAMED = 3;

export function TypingLine({ name }: { name: string }) {
  const users = useChat().presence.typingIn(name);
  return (
    <p class="typing" aria-live="off">
      {users.length > 0 && (
        <>
          <span class="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {typingWords(users)}
        </>
      )}
    </p>
  );
}

function typingWords(users: readonly string[]): string {
  if (users.length > MOST_NAMED) return "Several people are typing";
  const names = new Intl.ListFormat("en", { type: "conjunction" }).format(users);
  return `${names} ${users.length === 1 ? "is" : "are"} typing`;
}
