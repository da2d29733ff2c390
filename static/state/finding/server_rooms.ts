/** The rooms of the server that one can join, as far as it lists them. */

import { signal } from "@preact/signals";
import type { ChatClient } from "../../../client/chat_client.ts";

/** One row of the `rooms` reply. */
export interface ServerRoom {
  readonly room: string;
  readonly members: number;
}

const FRESH_MS = 30_000;

export class ServerRooms {
  readonly #client: ChatClient;
  readonly #all = signal<readonly ServerRoom[]>([]);
  #loadedAt = -Infinity;

  constructor(client: ChatClient) {
    this.#client = client;
  }

  get all(): readonly ServerRoom[] {
    return this.#all.value;
  }

  /** Where the last list is not fresh any more; where there is no connection, the last one stays. */
  load(): void {
    if (Date.now() - this.#loadedAt < FRESH_MS) return;
    this.#loadedAt = Date.now();
    this.#client.command("/list")
      .then(({ metadata }) => this.#all.value = metadata.rooms as ServerRoom[])
      .catch(() => this.#loadedAt = -Infinity);
  }
}
