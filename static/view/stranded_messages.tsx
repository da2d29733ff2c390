/** Messages that were refused in rooms that the user is not in any more: there is no conversation to show them in. */

import type { Chat } from "../state/chat.ts";
import type { UnsentRecord } from "../state/storage/kept_records.ts";
import { isRoom } from "../state/keys.ts";
import { useChat } from "./chat_context.ts";
import { NameText } from "./text/name_text.tsx";
import { visible } from "./text/visible_text.ts";
import { join } from "../state/membership.ts";

export function StrandedMessages() {
  const chat = useChat();
  return <>{strandedIn(chat).map((record) => <Stranded record={record} key={record.id} />)}</>;
}

function strandedIn({ unsent, conversations }: Chat): readonly UnsentRecord[] {
  return unsent.failed.value.filter(({ destination }) =>
    isRoom(destination) && !conversations.find(destination)
  );
}

function Stranded({ record }: { record: UnsentRecord }) {
  const chat = useChat();
  const { id, destination, text, problem } = record;
  const joinAndSend = async () => {
    await join(chat, destination);
    chat.unsent.retry(id);
  };
  return (
    <div class="banner" role="alert">
      <div class="banner-words stranded">
        <p>
          <strong>
            Not sent to <NameText name={destination} />:
          </strong>{" "}
          {visible(problem ?? "")}
        </p>
        <p class="stranded-text" dir="auto">{visible(text)}</p>
      </div>
      <button type="button" class="button button-small" onClick={() => void chat.attempt(joinAndSend)}>
        Join and send
      </button>
      <button type="button" class="button button-small" onClick={() => chat.unsent.discard(id)}>
        Discard
      </button>
    </div>
  );
}
