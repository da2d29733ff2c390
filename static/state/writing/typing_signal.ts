/** Tells the others of a conversation that this user is typing, at most every three seconds. */

import type { ChatClient } from "../../../client/chat_client.ts";
import { conversationKey, isSameUser } from "../keys.ts";

const EVERY_MS = 3_000;

export class TypingSignal {
  readonly #client: ChatClient;
  #toldAt = 0;
  #toldIn = "";

  constructor(client: ChatClient) {
    this.#client = client;
  }

  tell(destination: string): void {
    const key = conversationKey(destination);
    if (key === this.#toldIn && Date.now() - this.#toldAt < EVERY_MS) return;
    this.#toldIn = key;
    this.#toldAt = Date.now();
    if (!isSameUser(destination, this.#client.user)) this.#client.signal(`/typing ${destination}`);
  }

  /** What was typed is sent: typing goes on with the next key. */
  sent(): void {
    this.#toldAt = 0;
  }
}
