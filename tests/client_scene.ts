/** A chat client and a scripted server, for tests of the client. */

import assert from "node:assert/strict";
import { ChatClient, type ChatClientOptions, type ClientStatus } from "../client/chat_client.ts";
import type { Envelope } from "../protocol/message.ts";
import { Mailbox, ScriptedServer } from "./scripted_server.ts";

/** A client and the server that it talks to, with what the client told. Nothing waits between attempts. */
export class Scene {
  readonly server = new ScriptedServer();
  readonly messages = new Mailbox<Envelope>();
  readonly notifications = new Mailbox<Envelope>();
  readonly statuses = new Mailbox<ClientStatus>();
  readonly client: ChatClient;

  constructor(options: Partial<ChatClientOptions> = {}) {
    this.client = new ChatClient(
      { connect: this.server.connect, login: { name: "alice" }, backoff: () => 0, ...options },
      {
        message: (message) => this.messages.put(message),
        notification: (notification) => this.notifications.put(notification),
        status: (status) => this.statuses.put(status),
      },
    );
  }

  /** Starts the client; resolves with its first connection when it is online. */
  async online(options: Parameters<ScriptedServer["welcome"]>[0] = {}) {
    const started = this.client.start();
    const connection = await this.server.welcome(options);
    await started;
    return connection;
  }

  /** Resolves at the next status of that kind. */
  async reaches<S extends ClientStatus["state"]>(state: S): Promise<ClientStatus & { state: S }> {
    for (;;) {
      const status = await this.statuses.take();
      if (status.state === state) return status as ClientStatus & { state: S };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }
}

export const GENERAL = "#general";

export function code(expected: string): (error: unknown) => boolean {
  return (error) => {
    assert.equal((error as { code?: string }).code, expected);
    return true;
  };
}
