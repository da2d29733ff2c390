/** A small world for a bot: a log of its conversations, and a server that knows just enough of the protocol to serve the bot. */

import type { Connect } from "../client/transport.ts";
import type { Envelope, Metadata, Request } from "../protocol/message.ts";
import { type BotLog, type RunningBot } from "../bots/bot.ts";
import { DRAFT_INTERVAL_MS } from "../bots/drafts.ts";
import type { FakeClock } from "./fake_clock.ts";
import { failure, Mailbox, notification, ScriptedConnection, ScriptedServer } from "./scripted_server.ts";

export interface LogEntry {
  readonly level: string;
  readonly message: string;
  readonly properties: Record<string, unknown> | undefined;
}

export class BotWorld {
  readonly #server = new ScriptedServer();
  readonly #clock: FakeClock;
  readonly #bot: string;
  readonly #serving: Promise<void>;
  readonly #said = new Mailbox<Envelope>();
  readonly #drafts = new Mailbox<Request>();
  #connection: ScriptedConnection | undefined;
  #isOver = false;
  /** Rooms that the bot is a member of. */
  readonly botRooms = new Set<string>();
  readonly messages: Envelope[] = [];
  readonly logged: LogEntry[] = [];
  readonly log: BotLog = {
    info: (message, properties) => void this.logged.push({ level: "info", message, properties }),
    warn: (message, properties) => void this.logged.push({ level: "warn", message, properties }),
    error: (message, properties) => void this.logged.push({ level: "error", message, properties }),
  };
  /** While true, what the bot says is not taken; the connection ends instead. */
  isDeaf = false;
  refusesLogin = false;

  constructor(bot: string, clock: FakeClock) {
    this.#bot = bot;
    this.#clock = clock;
    this.#serving = this.#serve();
  }

  get connect(): Connect {
    return this.#server.connect;
  }

  /** Options of every bot. */
  get options() {
    return { connect: this.connect, token: "t", log: this.log, clock: this.#clock, backoff: () => 0 };
  }

  /** The next message of the bot. */
  next(): Promise<Envelope> {
    return this.#said.take();
  }

  nextDraft(): Promise<Request> {
    return this.#drafts.take();
  }

  /** Lets time pass until the bot shows a part of an answer. */
  async nextDraftOf(clock: FakeClock): Promise<Request> {
    await clock.armed(DRAFT_INTERVAL_MS);
    clock.advance(DRAFT_INTERVAL_MS);
    return await this.nextDraft();
  }

  /** Said to the bot directly. */
  tell(sender: string, message: string, metadata: Metadata = {}): Envelope {
    return this.#add({ type: "chat", sender, destination: this.#bot, message, metadata });
  }

  /** Asked in a room with `/ask`. */
  ask(room: string, sender: string, message: string): Envelope {
    return this.#add({ type: "chat", sender, destination: room, message, metadata: { ask: true } });
  }

  /** Said in a room that the bot is in, and not to the bot. */
  say(room: string, sender: string, message: string): Envelope {
    return this.#add({ type: "chat", sender, destination: room, message, metadata: {} });
  }

  /** `/stop` of a user. */
  stop(user: string): void {
    this.#connection?.send(notification("stop", { user }));
  }

  /** Breaks the connection; the bot comes back by itself. */
  drop(): void {
    this.#connection?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#server.refusal = "The test is over.";
    this.#connection?.close();
    this.#serverStopped.resolve();
    await this.#serving;
  }

  readonly #serverStopped = Promise.withResolvers<void>();

  async #serve(): Promise<void> {
    while (!this.#isOver) {
      const connection = await Promise.race([this.#server.accept(), this.#serverStopped.promise]);
      if (!connection) return;
      this.#connection = connection;
      await Promise.race([this.#serveOne(connection), connection.ended]);
    }
  }

  async #serveOne(connection: ScriptedConnection): Promise<void> {
    const login = await connection.next();
    if (this.refusesLogin) return connection.refuse(login, "bad_credentials");
    const since = Number(login.metadata.since ?? this.messages.length);
    const missed = this.messages.slice(since).map((message) => ({
      ...message,
      metadata: { ...message.metadata, stored: true },
    }));
    connection.welcome(login, { user: this.#bot, seq: this.messages.length, missed });
    for (;;) this.#take(connection, await connection.next());
  }

  #take(connection: ScriptedConnection, request: Request & { id: string }): void {
    if (this.isDeaf) return connection.close();
    if (request.type !== "command") return this.#store(connection, request);
    const [name = "", ...words] = request.message.slice(1).split(" ");
    switch (name) {
      case "draft":
        return this.#drafts.put(request);
      case "conversations":
        return connection.send(
          this.#reply(request, "conversations", { conversations: this.#conversations() }),
        );
      case "history":
        return connection.send(this.#history(request, words));
      default:
        return connection.send(failure("unknown_command", { reply_to: request.id }));
    }
  }

  #store(connection: ScriptedConnection, request: Request & { id: string }): void {
    const known = this.messages.find(({ id, sender }) => sender === this.#bot && id === request.id);
    if (known && known.message !== request.message) return connection.refuse(request, "id_conflict");
    if (known) return connection.stored(request, known.seq!, { duplicate: true });
    const message = this.#add({
      type: request.type as "chat" | "subscription",
      sender: this.#bot,
      destination: request.destination,
      message: request.message,
      metadata: { ...request.metadata, bot: true },
      id: request.id,
    });
    connection.stored(request, message.seq!);
    this.#said.put(message);
  }

  #history(request: Request & { id: string }, words: readonly string[]): Envelope {
    const number = (prefix: string, otherwise: number) =>
      Number(words.find((word) => word.startsWith(prefix))?.slice(prefix.length) ?? otherwise);
    const place = words.find((word) => !/^\d+$|=/.test(word)) ?? request.destination;
    if (place.startsWith("#") && !this.botRooms.has(place)) {
      return failure("not_a_member", { reply_to: request.id });
    }
    const limit = Number(words.find((word) => /^\d+$/.test(word)) ?? 20);
    const all = this.messages.filter((message) => this.#placeOf(message) === place)
      .filter(({ seq }) => seq! < number("before=", Infinity) && seq! > number("after=", 0));
    const isForward = words.some((word) => word.startsWith("after="));
    const messages = isForward ? all.slice(0, limit) : all.slice(-limit);
    return this.#reply(request, "history", { messages, more: messages.length < all.length });
  }

  #conversations(): Metadata[] {
    const last = new Map(this.messages.map((message) => [this.#placeOf(message), message]));
    return [...last].map(([destination, message]) => ({
      destination,
      kind: destination.startsWith("#") ? "room" : destination.endsWith("/feed") ? "feed" : "direct",
      last: message,
    }));
  }

  #placeOf({ type, sender, destination }: Envelope): string {
    if (type === "subscription") return `${sender}/feed`;
    if (destination.startsWith("#")) return destination;
    return sender === this.#bot ? destination : sender;
  }

  #reply(request: Request & { id: string }, code: string, metadata: Metadata): Envelope {
    return notification(code, { reply_to: request.id, ...metadata });
  }

  #add(message: Omit<Envelope, "timestamp" | "seq">): Envelope {
    const seq = this.messages.length + 1;
    const stored = { ...message, timestamp: new Date(this.#clock.now()).toISOString(), seq };
    this.messages.push(stored);
    if (message.sender !== this.#bot) this.#connection?.send(stored);
    return stored;
  }
}

/** Stops a bot at the end of a test. */
export function stopping(bot: RunningBot): RunningBot & AsyncDisposable {
  return { ...bot, [Symbol.asyncDispose]: () => bot.stop() };
}
