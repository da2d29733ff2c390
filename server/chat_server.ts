/** The chat: router, accounts, presence and limits, and the connections that they serve, whatever their transport. */

import { type CommandLine, parseCommandLine } from "../protocol/commands.ts";
import { ChatError } from "../protocol/errors.ts";
import type { Request } from "../protocol/message.ts";
import { isUserName, requireRoomName } from "../protocol/names.ts";
import { Accounts, type Newcomer } from "./accounts.ts";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import type { Actor } from "./conversations.ts";
import type { Call } from "./handlers/call.ts";
import { HANDLERS } from "./handlers/table.ts";
import type { LiveUser } from "./live.ts";
import { Liveness } from "./liveness.ts";
import { COMMAND_RATE, MESSAGE_RATE, NICK_RATE, RateLimiter, ROOM_RATE } from "./limits.ts";
import type { Logger } from "./log.ts";
import { Presence } from "./presence.ts";
import type { Reply } from "./reply.ts";
import { Router } from "./router.ts";
import { Session } from "./session.ts";
import type { Store, UserRecord } from "./store.ts";
import { VERSION } from "./version.ts";

export interface ChatServerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** The room that everybody joins at first. */
  readonly lobby: string;
  readonly isRateLimited: boolean;
  /** Where the web page is, in words for whoever asks for it at the wrong port. */
  readonly webHint: string;
  /** Connections in all, and from one address that is not this machine's. */
  readonly maxConnections?: number;
  readonly maxPerAddress?: number;
}

/** How often connections are looked over. */
const SWEEP_MS = 5000;
const SAVE_MS = 5000;
/** No login takes so long. */
const LEFT_LATELY_MS = 60_000;
const ACCOUNTS_MS = 60 * 60 * 1000;
const MAX_CONNECTIONS = 18_000;
const MAX_PER_ADDRESS = 200;

export class ChatServer {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly router: Router;
  readonly accounts: Accounts;
  readonly presence: Presence;
  readonly lobby: string;
  readonly webHint: string;
  readonly greeting = `Welcome to Parley ${VERSION}. You speak to a chat server.`;
  readonly sessions = new Set<Session>();
  readonly #options: ChatServerOptions;
  readonly #messages: RateLimiter<number>;
  readonly #commands: RateLimiter<number>;
  readonly #rooms: RateLimiter<number>;
  readonly #nicks: RateLimiter<number>;
  readonly #liveness: Liveness;
  readonly #serving = new Map<Session, Promise<void>>();
  readonly #perAddress = new Map<string, number>();
  /** Who left since the last save. */
  readonly #departed = new Map<number, LiveUser>();
  /** Who left lately, and when: a login may have read of them before it was saved what was delivered. */
  readonly #leftLately = new Map<number, { readonly user: LiveUser; readonly atMs: number }>();
  readonly #timers: (() => void)[];
  readonly #pauses = new Set<() => void>();
  #isSaving = false;
  #isStopping = false;

  constructor(options: ChatServerOptions) {
    this.#options = options;
    this.store = options.store;
    this.clock = options.clock;
    this.log = options.log;
    this.lobby = requireRoomName(options.lobby);
    this.webHint = options.webHint;
    this.router = new Router(this.store, this.clock, (error) => void this.#logFault(error));
    this.accounts = new Accounts(this.store, this.clock, options);
    this.presence = new Presence(this.router, this.clock);
    this.#liveness = new Liveness(this.clock);
    this.#messages = new RateLimiter(MESSAGE_RATE, this.clock);
    this.#commands = new RateLimiter(COMMAND_RATE, this.clock);
    this.#rooms = new RateLimiter(ROOM_RATE, this.clock);
    this.#nicks = new RateLimiter(NICK_RATE, this.clock);
    this.#timers = [
      this.#every(SWEEP_MS, () => this.#sweep()),
      this.#every(SAVE_MS, () => this.#saveDelivered()),
      this.#every(ACCOUNTS_MS, () => this.#sweepAccounts()),
    ];
  }

  /** Reads what the store knows of before. To be called once, before the first connection. */
  async start(): Promise<void> {
    this.router.deliverer.deliveredSeq = await this.store.head();
    await this.store.findOrMakeRoom(this.lobby, this.clock.now());
    await this.accounts.sweep();
  }

  /** Serves a connection until it ends. Never rejects. */
  serve(connection: Connection): Promise<void> {
    const session = new Session(this, connection);
    const address = connection.remoteAddress;
    const fromHere = (this.#perAddress.get(address) ?? 0) + 1;
    this.#perAddress.set(address, fromHere);
    this.sessions.add(session);
    const refusal = this.#refusal(address, fromHere);
    if (refusal) session.end(refusal);
    // One chain and no async functions around it: a connection that waits keeps what they would hold.
    const served = (refusal ? Promise.resolve() : session.serve()).then(
      () => this.#served(session),
      (error) => {
        session.end(this.explain(error));
        this.#served(session);
      },
    );
    this.#serving.set(session, served);
    return served;
  }

  #served(session: Session): void {
    this.sessions.delete(session);
    this.#serving.delete(session);
    const address = session.connection.remoteAddress;
    const left = this.#perAddress.get(address)! - 1;
    if (left > 0) this.#perAddress.set(address, left);
    else this.#perAddress.delete(address);
  }
  /** Why a connection is not taken. */
  #refusal(address: string, fromHere: number): ChatError | null {
    if (this.#isStopping) return new ChatError("too_many_connections", "The server is shutting down.");
    const isLocal = address === "memory" || address.startsWith("127.") || address === "::1";
    const { maxConnections = MAX_CONNECTIONS, maxPerAddress = MAX_PER_ADDRESS } = this.#options;
    if (this.sessions.size > maxConnections || (!isLocal && fromHere > maxPerAddress)) {
      return new ChatError("too_many_connections", "There are too many connections. Try again later.");
    }
    return null;
  }

  // ---- requests ----

  /** Does a command. Resolves with its reply; null where there is none. @throws ChatError */
  async command(
    request: Request,
    { user, session }: { user: Actor | null; session: Session | null },
  ): Promise<Reply | null> {
    const { spec, rest } = parseCommandLine(request.message);
    const call: Call = { server: this, request, spec, rest, actor: user, session };
    return await HANDLERS[spec.name](call);
  }

  /** A command that says something, as the `chat` that it stands for; null for any other. */
  asSaid(request: Request, { spec, rest }: CommandLine): Request | null {
    if (!spec.says) return null;
    if (rest === "") throw new ChatError("bad_arguments", `Usage: ${spec.usage}`);
    const chat: Request = { ...request, type: "chat", message: rest };
    if (spec.name !== "msg") return chat;
    const [, name = "", text = ""] = /^(\S+)\s*([^]*)$/.exec(rest) ?? [];
    if (text === "") throw new ChatError("bad_arguments", `Usage: ${spec.usage}`);
    return { ...chat, destination: name, message: text };
  }

  /** Whether this could be `subscribe` or `unsubscribe`, said to a bot. */
  isSubscription({ type, destination, message }: Request): boolean {
    return type === "chat" && message.length < 40 && !destination.startsWith("#") &&
      /^\s*(un)?subscribe\s*$/i.test(message);
  }

  /** The command that a message to a bot stands for; null where the addressee is no bot. */
  async subscriptionCommand(request: Request): Promise<Request | null> {
    if (!isUserName(request.destination)) return null;
    const user = await this.store.findUser(request.destination);
    if (!user?.isBot) return null;
    const message = `/${request.message.trim().toLowerCase()} ${user.name}`;
    return { ...request, type: "command", destination: "", message };
  }

  /** Milliseconds until this user may say the next message; 0 takes its turn. */
  messageWait(user: Actor): number {
    return this.#isUnlimited(user) ? 0 : this.#messages.take(user.id);
  }

  commandWait(user: Actor): number {
    return this.#isUnlimited(user) ? 0 : this.#commands.take(user.id);
  }

  /** For a room that there is not yet. */
  roomWait(user: Actor): number {
    return this.#isUnlimited(user) ? 0 : this.#rooms.take(user.id);
  }

  nickWait(user: Actor): number {
    return this.#isUnlimited(user) ? 0 : this.#nicks.take(user.id);
  }

  #isUnlimited(user: Actor): boolean {
    return user.isBot || !this.#options.isRateLimited;
  }

  /** Resolves after so many milliseconds, or when the server stops. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.#pauses.delete(done);
        resolve();
      };
      const cancel = this.clock.after(ms, done);
      this.#pauses.add(done);
      if (this.#isStopping) done();
    });
  }

  /** An error as the user may see it; a fault of the server's is logged under the reference that its words carry. */
  explain(error: unknown): ChatError {
    if (error instanceof ChatError && error.code !== "internal") return error;
    const reference = this.#logFault(error instanceof ChatError ? error.cause : error);
    return new ChatError("internal", `The server failed at this; it is logged there as ${reference}.`, {
      reference,
    });
  }

  /** What a task throws, or rejects with, is logged: nobody else is there to take it. */
  #every(ms: number, task: () => void | Promise<void>): () => void {
    return this.clock.every(ms, () => {
      Promise.try(task).catch((error) => this.#logFault(error));
    });
  }

  #logFault(error: unknown): string {
    const reference = crypto.randomUUID().slice(0, 8);
    const stack = error instanceof Error ? error.stack ?? error.message : String(error);
    this.log.error("fault", { reference, stack });
    return reference;
  }

  // ---- coming and going ----

  /** Who wants to come in from that IP address. */
  newcomerFrom(address: string): Newcomer {
    const isHeld = ({ id }: UserRecord) => {
      const user = this.router.live.users.get(id);
      return user !== undefined && this.#liveness.isHeld(user, address);
    };
    return { address, isHeld };
  }

  departed(session: Session): void {
    const { user } = session;
    this.#departed.set(user.id, user);
    this.#leftLately.delete(user.id);
    this.#leftLately.set(user.id, { user, atMs: this.clock.monotonic() });
    if (user.receivers.size === 1 && user.receivers.has(session)) {
      this.presence.departed(user);
      void this.#saveDeparted();
    }
    this.router.depart(session);
    this.log.info("left", { user: user.name, address: session.connection.remoteAddress });
  }

  /** Who comes back has what was delivered before, also where the store did not know it yet as it was read. */
  returned(user: LiveUser): void {
    const before = this.#leftLately.get(user.id)?.user.deliveredSeq ?? 0;
    user.deliveredSeq = Math.max(user.deliveredSeq, before);
  }

  #forgetWhoLeft(): void {
    for (const [id, { user, atMs }] of this.#leftLately) {
      if (this.clock.monotonic() - atMs < LEFT_LATELY_MS) return;
      if (user.deliveredSeq <= user.savedSeq) this.#leftLately.delete(id);
    }
  }

  /** Writes what was delivered to whom; after a crash of the server at most the last seconds of it come again. */
  async #saveDelivered(): Promise<void> {
    this.#forgetWhoLeft();
    const users = new Map(this.#departed);
    for (const [id, user] of this.router.live.users) {
      if (user.deliveredSeq > user.savedSeq) users.set(id, user);
    }
    this.#departed.clear();
    await this.#save(users);
  }

  /** Who leaves while a save is under way goes with the next: when all connections break at once, that is a few and not as many. */
  async #saveDeparted(): Promise<void> {
    if (this.#isSaving) return;
    this.#isSaving = true;
    for (let isSaved = true; isSaved && this.#departed.size > 0;) {
      const users = new Map(this.#departed);
      this.#departed.clear();
      isSaved = await this.#save(users);
    }
    this.#isSaving = false;
  }

  /** Resolves with whether it is done; else it is tried again later. */
  async #save(users: ReadonlyMap<number, LiveUser>): Promise<boolean> {
    if (users.size === 0) return true;
    const lastSeenAt = this.clock.now();
    const rows = [...users.values()].map(({ id, deliveredSeq }) => ({
      userId: id,
      deliveredSeq,
      lastSeenAt,
    }));
    try {
      await this.store.saveDelivered(rows);
    } catch {
      users.forEach((user, id) => this.#departed.set(id, user));
      return false;
    }
    rows.forEach(({ userId, deliveredSeq }) => users.get(userId)!.savedSeq = deliveredSeq);
    return true;
  }

  /** Notes that those who are online still are, then ends guests and tokens that nobody used for long. */
  async #sweepAccounts(): Promise<void> {
    await this.#save(this.router.live.users);
    await this.accounts.sweep();
  }

  #sweep(): void {
    this.#liveness.sweep(this.sessions);
    this.#messages.sweep();
    this.#commands.sweep();
    this.#rooms.sweep();
    this.#nicks.sweep();
  }

  // ---- stopping ----

  /** No more is read; what was accepted is stored and delivered; all are told; what waits is sent for at most a second. */
  async stop(reason: string): Promise<void> {
    this.#isStopping = true;
    for (const cancel of this.#timers) cancel();
    this.presence.stop();
    for (const resume of [...this.#pauses]) resume();
    const sessions = [...this.sessions];
    await this.#within(1500, Promise.all(sessions.map((session) => session.stopReading())));
    for (const session of sessions) session.reply({ code: "closing", message: reason, metadata: { reason } });
    await this.#within(1000, Promise.all(sessions.map((session) => session.drained())));
    for (const session of sessions) session.end();
    await this.#within(1000, Promise.all(this.#serving.values()));
    await this.#saveDelivered();
  }

  async #within(ms: number, work: Promise<unknown>): Promise<void> {
    let cancel = () => {};
    await Promise.race([work, new Promise<void>((resolve) => cancel = this.clock.after(ms, resolve))]);
    cancel();
  }
}
