/** A client in JSON mode, over TCP or WebSocket, that resumes at its cursor and sends again what was not acknowledged. */

import { conversationOf, type History, type Message } from "./history.ts";
import { type ClientOptions, LOBBY, RecordingClient } from "./recording_client.ts";

interface Said {
  readonly message: Message;
  readonly destination: string;
}

interface Envelope {
  readonly type: string;
  readonly sender: string;
  readonly destination: string;
  readonly message: string;
  readonly metadata: Record<string, unknown>;
  readonly id?: string;
  readonly seq?: number;
}

export class JsonClient extends RecordingClient {
  /** What has no reply yet, in the order in which it was said. */
  readonly #unacknowledged = new Map<string, Said>();
  readonly #replies = new Map<string, Envelope>();
  readonly #rooms = new Map<string, boolean>();
  #token: string | undefined;
  #cursor = 0;
  #caughtUpOn = 0;
  #ids = 0;
  /** Called after each acknowledgement of something new. */
  onAcknowledged: (message: Message) => void = () => {};

  constructor(history: History, name: string, options: ClientOptions) {
    super(history, name, options, "cursor");
  }

  /** What has no reply yet. */
  get unacknowledged(): number {
    return this.#unacknowledged.size;
  }

  get cursor(): number {
    return this.#cursor;
  }

  override async connect(): Promise<boolean> {
    if (!await this.dial()) return false;
    this.log.joining(LOBBY);
    // With a token the login cannot fail, so what follows may be sent at once.
    const isKnown = this.#token !== undefined;
    if (isKnown) this.#logIn();
    else if (!await this.#introduce()) return false;
    this.#sendAgain();
    return await this.until(() => this.#caughtUpOn === this.log.connection, "catches up");
  }

  /** Says something, now or with the next connection. */
  say(destination: string, text?: string): Message {
    const id = `${this.name}-${++this.#ids}`;
    const conversation = conversationOf(this.user, destination);
    const message = this.log.says({ id, conversation, text: text ?? `text of ${id}` });
    this.#unacknowledged.set(id, { message, destination });
    this.#sendMessage(message, destination);
    return message;
  }

  /** True when all that was said has its reply. */
  async idle(): Promise<boolean> {
    return await this.until(() => this.#unacknowledged.size === 0, "is acknowledged");
  }

  /** True when it has joined. Joins with the next connection where this one ends first. */
  async join(room: string): Promise<boolean> {
    if (!this.#rooms.has(room)) {
      this.#rooms.set(room, false);
      this.log.joining(room);
      this.#sendJoin(room);
    }
    return await this.until(() => this.#rooms.get(room) === true, `joins ${room}`);
  }

  async leave(room: string): Promise<boolean> {
    this.log.leaving(room);
    const reply = await this.command(`/leave ${room}`);
    if (reply?.metadata.code !== "left") return false;
    this.#rooms.delete(room);
    return true;
  }

  /** The reply; undefined where the connection ended first. */
  async command(message: string): Promise<Envelope | undefined> {
    const id = this.#sendCommand(message);
    await this.until(() => this.#replies.has(id), message);
    const reply = this.#replies.get(id);
    this.#replies.delete(id);
    return reply;
  }

  protected override take(line: string): void {
    if (!line.startsWith("{")) return;
    const incoming = JSON.parse(line) as Envelope;
    if (incoming.type !== "notification") this.#takeMessage(incoming);
    else this.#takeNotification(incoming);
  }

  /** Asks on one connection until the name is free: the end of the last one may not have been noticed yet. */
  async #introduce(): Promise<boolean> {
    for (let attempts = 0; attempts < 1000; attempts++) {
      const id = this.#logIn();
      await this.until(() => this.#replies.has(id), "logs in");
      const reply = this.#replies.get(id);
      if (!reply || reply.metadata.code === "welcome") return reply !== undefined;
    }
    throw new Error(`${this.name} cannot log in`);
  }

  #logIn(): string {
    const token = this.#token === undefined ? {} : { token: this.#token };
    return this.#sendCommand(`/login ${this.user}`, { ...token, since: this.#cursor });
  }

  #sendAgain(): void {
    for (const [room, isJoined] of this.#rooms) if (!isJoined) this.#sendJoin(room);
    for (const { message, destination } of this.#unacknowledged.values()) {
      this.log.says(message);
      this.#sendMessage(message, destination);
    }
  }

  #sendMessage({ id, text }: Message, destination: string): void {
    this.send(JSON.stringify({ type: "chat", id, destination, message: text }));
  }

  #sendJoin(room: string): void {
    this.#sendCommand(`/join ${room}`);
  }

  #sendCommand(message: string, metadata: Record<string, unknown> = {}): string {
    const id = `command-${++this.#ids}`;
    this.send(JSON.stringify({ type: "command", id, message, metadata }));
    return id;
  }

  #takeMessage({ sender, destination, message: text, metadata, id, seq = 0 }: Envelope): void {
    const said = { sender, id, conversation: conversationOf(sender, destination), text };
    const via = metadata.stored === true ? "resumed" : "live";
    this.log.received(said, seq, via);
    this.#cursor = Math.max(this.#cursor, seq);
    this.heard(text);
    this.onMessage({ sender, text, via });
  }

  #takeNotification(incoming: Envelope): void {
    const { code, reply_to: id } = incoming.metadata;
    switch (code) {
      case "ping":
        return this.send("");
      case "welcome":
        this.#token = String(incoming.metadata.token);
        break;
      case "caught_up":
        return this.#caughtUp(Number(incoming.metadata.seq));
      case "joined":
        this.#joined(incoming);
        break;
      case "left":
        this.log.left(String(incoming.metadata.room));
        break;
      case "gap":
        throw new Error(`${this.name} missed more than is sent at once`);
    }
    if (typeof id !== "string") return;
    const said = this.#unacknowledged.get(id);
    if (!said) this.#replies.set(id, incoming);
    else if (code === "stored") this.#acknowledged(said.message, incoming.metadata);
    else if (code === "error") this.log.refused(said.message);
  }

  #caughtUp(seq: number): void {
    if (this.log.connection === 1) this.log.joined(LOBBY, seq);
    this.log.caughtUp(0);
    this.#cursor = Math.max(this.#cursor, seq);
    this.#caughtUpOn = this.log.connection;
  }

  #joined({ metadata }: Envelope): void {
    const room = String(metadata.room);
    this.#rooms.set(room, true);
    this.log.joined(room, Number(metadata.seq));
    for (const { sender, destination, message: text, id, seq = 0 } of metadata.messages as Envelope[]) {
      this.log.received(
        { sender, id, conversation: conversationOf(sender, destination), text },
        seq,
        "history",
      );
    }
  }

  #acknowledged(message: Message, metadata: Record<string, unknown>): void {
    const isDuplicate = metadata.duplicate === true;
    const seq = Number(metadata.seq);
    this.#unacknowledged.delete(message.id!);
    this.log.acknowledged(message, seq, isDuplicate);
    if (!isDuplicate) this.#cursor = Math.max(this.#cursor, seq);
    this.onAcknowledged(message);
  }
}
