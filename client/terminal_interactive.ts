/** The client with a person at a terminal. */

import { ChatError } from "../protocol/errors.ts";
import type { Envelope } from "../protocol/message.ts";
import { parseTextLine } from "../protocol/text.ts";
import { ChatClient, type ClientStatus, ConnectionLost } from "./chat_client.ts";
import { type Action, readAction } from "./terminal_action.ts";
import { Arrival } from "./terminal_arrival.ts";
import { complete, type Completion } from "./terminal_completion.ts";
import { EXIT, type ExitCode, exitCodeOf } from "./terminal_exit.ts";
import { ReadMarker } from "./terminal_read_marker.ts";
import { logInAsking } from "./terminal_login.ts";
import { MissedCounter } from "./terminal_missed.ts";
import { count, replyLines, replyMessages } from "./terminal_replies.ts";
import { CurrentRoom } from "./terminal_room.ts";
import { Roster } from "./terminal_roster.ts";
import { TerminalScreen } from "./terminal_screen.ts";
import type { Style } from "./terminal_style.ts";
import { ScreenView } from "./terminal_view.ts";
import type { Connect } from "./transport.ts";

export interface InteractiveOptions {
  readonly connect: Connect;
  readonly name?: string;
  readonly password?: string;
  readonly style: Style;
}

/** The protocol shows somebody typing for 5 s. */
const TYPING_EVERY_MS = 4_000;
/** Often enough for the unread counts on the user's other screens. */
const SEEN_EVERY_MS = 2_000;
/** Said in the room before one came: when the client starts, and on joining. */
const CONTEXT_MESSAGES = 15;

/** Without a listener the process would end at once, and leave the terminal without echo. */
const END_SIGNALS = ["SIGTERM", "SIGHUP"] as const;

/** Runs until the person leaves or the server refuses. The terminal is left as it was. */
export async function runInteractive(options: InteractiveOptions): Promise<ExitCode> {
  return await new InteractiveTerminal(options).run();
}

class InteractiveTerminal {
  readonly #options: InteractiveOptions;
  readonly #view: ScreenView;
  readonly #screen: TerminalScreen;
  readonly #roster = new Roster();
  readonly #room = new CurrentRoom();
  readonly #arrival = new Arrival();
  readonly #missed = new MissedCounter();
  readonly #read = new ReadMarker();
  readonly #left = Promise.withResolvers<ExitCode>();
  /** Typed before the current room was known: before the first login, or before the reply to `/join`. */
  #early: string[] = [];
  #isRoomKnown = false;
  #client: ChatClient | undefined;
  #wasOnline = false;
  #warnedOfPending = false;
  #seenTimer: ReturnType<typeof setTimeout> | undefined;
  #lastTypingAt = -Infinity;

  constructor(options: InteractiveOptions) {
    this.#options = options;
    const user = () => this.#client?.user ?? "";
    const columns = () => this.#screen.editor.columns;
    this.#view = new ScreenView(options.style, {
      get user() {
        return user();
      },
      get columns() {
        return columns();
      },
      now: () => new Date(),
    });
    this.#screen = new TerminalScreen(options.style, {
      line: (line) => this.#takeLine(line),
      complete: (before) => this.#complete(before),
      typed: (line) => this.#tellTyping(line),
      interrupt: (line) => this.#interrupt(line),
      end: () => this.#leave(),
    });
    this.#showPrompt();
  }

  async run(): Promise<ExitCode> {
    const stop = () => this.#left.resolve(this.#client?.pending.length ? EXIT.network : EXIT.ok);
    for (const signal of END_SIGNALS) Deno.addSignalListener(signal, stop);
    try {
      return await Promise.race([this.#chat(), this.#left.promise]);
    } catch (error) {
      this.#printError(error);
      return exitCodeOf(error);
    } finally {
      for (const signal of END_SIGNALS) Deno.removeSignalListener(signal, stop);
      clearTimeout(this.#seenTimer);
      this.#arrival.done();
      // What is still unsent is told on the screen before that closes.
      await this.#client?.close();
      this.#screen.close();
    }
  }

  async #chat(): Promise<ExitCode> {
    const login = await logInAsking(this.#options, {
      ask: (question) => this.#screen.editor.ask(question),
      askSecret: (question) => this.#screen.editor.askSecret(question),
      tell: (error) => this.#printError(error),
    }, (credentials) => this.#client = this.#makeClient(credentials));
    if (!login) return EXIT.ok;
    await this.#begin(login.welcome);
    return await this.#left.promise;
  }

  #makeClient(login: { name?: string; password?: string }): ChatClient {
    return new ChatClient({ connect: this.#options.connect, login }, {
      message: (message) => this.#hearMessage(message),
      notification: (notification) => this.#hearNotification(notification),
      status: (status) => this.#hearStatus(status),
    });
  }

  async #begin(welcome: Envelope): Promise<void> {
    await Promise.all([this.#learn(), this.#showContext(welcome).then(() => this.#arrival.done())]);
    this.#roomIsKnown();
  }

  #roomIsKnown(): void {
    this.#isRoomKnown = true;
    const lines = this.#early;
    this.#early = [];
    for (const line of lines) this.#takeLine(line);
  }

  /** Names and rooms for the Tab key. */
  async #learn(): Promise<void> {
    const replies = await Promise.allSettled([
      this.#client!.command("/list"),
      this.#client!.command("/users"),
    ]);
    for (const reply of replies) if (reply.status === "fulfilled") this.#roster.sawNotification(reply.value);
  }

  /** What was said in the room before all that was missed. */
  async #showContext(welcome: Envelope): Promise<void> {
    const room = this.#room.name;
    if (room === "") return;
    const before = this.#missed.firstIn(room) ?? Number(welcome.metadata.seq) + 1;
    try {
      const { metadata } = await this.#client!.command(
        `/history ${room} ${CONTEXT_MESSAGES} before=${before}`,
      );
      this.#printMessages(replyMessages(metadata), `in ${room} before you came`, {
        end: this.#missed.isEmpty,
      });
    } catch (error) {
      if (!(error instanceof ChatError || error instanceof ConnectionLost)) throw error;
    }
  }

  // ---- what is typed ----

  #takeLine(line: string): void {
    if (!this.#isRoomKnown) {
      if (line.trim() !== "") this.#early.push(line);
      return this.#client?.retryNow();
    }
    this.#warnedOfPending = false;
    try {
      const action = readAction(line, this.#room.name);
      if (action) this.#do(action);
      else this.#client?.retryNow();
    } catch (error) {
      this.#printError(error);
    }
  }

  #do(action: Action): void {
    const client = this.#client!;
    switch (action.kind) {
      case "say":
        return void this.#say(action);
      case "command":
        return void this.#command(action);
      case "signal":
        return client.signal(action.line, { destination: action.destination });
      case "password":
        return void this.#changePassword();
      case "quit":
        return this.#leave();
    }
  }

  async #say({ destination, text, command }: Action & { kind: "say" }): Promise<void> {
    const done = this.#screen.live.addPending(destination, text);
    this.#screen.refreshSoon();
    try {
      const reply = command === undefined
        ? await this.#client!.say(destination, text)
        : await this.#client!.command(command, { destination });
      done();
      this.#said(destination, text, reply);
    } catch (error) {
      done();
      this.#printError(error);
      this.#screen.print(this.#view.notice(`Not sent to ${destination}: ${text}`));
    }
  }

  /** One's own message joins the log when it is stored, at its place. */
  #said(destination: string, text: string, reply: Envelope): void {
    const { code, seq, timestamp } = reply.metadata;
    if (code === "stored") {
      const own: Envelope = {
        type: "chat",
        sender: this.#client!.user,
        destination,
        message: text,
        timestamp: String(timestamp),
        metadata: {},
      };
      this.#screen.print(this.#view.message(own), typeof seq === "number" ? seq : undefined);
    }
    this.#screen.print(this.#view.notification(reply));
  }

  async #command({ line, destination, movesRoom, listed }: Action & { kind: "command" }): Promise<void> {
    if (movesRoom) this.#isRoomKnown = false;
    try {
      this.#replied(await this.#client!.command(line, { destination }), listed);
    } catch (error) {
      this.#printError(error);
    }
    if (movesRoom) this.#roomIsKnown();
  }

  /** @param listed the room whose members it lists, where it does */
  #replied(reply: Envelope, listed: string | undefined): void {
    const { metadata } = reply;
    const isNew = metadata.code === "joined" && !this.#room.has(String(metadata.room));
    this.#roster.sawNotification(reply);
    if (metadata.code === "checked") this.#summarize();
    for (const line of replyLines(reply, this.#view, listed)) this.#screen.print(line);
    if (isNew) {
      this.#printMessages(
        replyMessages(metadata).slice(-CONTEXT_MESSAGES),
        `in ${String(metadata.room)} before you came`,
      );
    }
    if (this.#room.take(reply)) this.#showPrompt();
  }

  async #changePassword(): Promise<void> {
    const password = await this.#screen.editor.askSecret("New password: ");
    if (!password) return;
    const again = await this.#screen.editor.askSecret("The same again: ");
    if (again === undefined) return;
    if (again !== password) {
      return this.#screen.print(this.#view.error("bad_arguments", "The two are not the same."));
    }
    const isProtected = this.#welcome?.metadata.protected === true;
    const old = isProtected ? await this.#screen.editor.askSecret("Old password: ") : undefined;
    const line = `/password ${password}${old ? ` ${old}` : ""}`;
    await this.#command({ kind: "command", line, destination: "" });
  }

  get #welcome(): Envelope | undefined {
    const status = this.#client?.status;
    return status?.state === "online" ? status.welcome : undefined;
  }

  #complete(before: string): Completion {
    const completion = complete(before, this.#roster);
    return { ...completion, help: completion.help.map((line) => this.#view.style.paint("notice", line)) };
  }

  #tellTyping(line: string): void {
    if (line.trim() === "" || line.startsWith("/")) return;
    if (performance.now() - this.#lastTypingAt < TYPING_EVERY_MS) return;
    const destination = parseTextLine(line, this.#room.name)?.destination;
    if (!destination) return;
    this.#lastTypingAt = performance.now();
    this.#client?.signal("/typing", { destination });
  }

  #interrupt(line: string): void {
    if (line === "") return this.#leave();
    this.#screen.print(this.#view.notice("Ctrl-C again to leave."));
  }

  /** What was said and is not stored yet would be lost, so that is said first. */
  #leave(): void {
    const waiting = this.#client?.pending.length ?? 0;
    const online = this.#client?.status.state === "online";
    if (waiting > 0 && !this.#warnedOfPending) {
      this.#warnedOfPending = true;
      return this.#screen.print(
        this.#view.error(
          "not_sent",
          `${count(waiting, "message")} not sent yet. Again to leave and lose them.`,
        ),
      );
    }
    this.#left.resolve(waiting > 0 || !online && !this.#wasOnline && this.#client ? EXIT.network : EXIT.ok);
  }

  // ---- what is heard ----

  #hearMessage(message: Envelope): void {
    this.#roster.sawMessage(message);
    this.#screen.live.takeMessage(message);
    const isFirstMissed = message.metadata.stored === true && this.#missed.add(message, this.#client!.user);
    this.#arrival.afterwards(() => {
      if (isFirstMissed) this.#screen.print(this.#view.rule("while you were away"));
      this.#showMessage(message);
    });
  }

  #showMessage(message: Envelope): void {
    this.#screen.print(this.#view.message(message), message.seq);
    this.#read.saw(message, this.#client!.user);
    this.#seenTimer ??= setTimeout(() => this.#tellSeen(), SEEN_EVERY_MS);
  }

  #tellSeen(): void {
    this.#seenTimer = undefined;
    if (this.#client?.status.state !== "online") return;
    for (const { destination, seq } of this.#read.take()) {
      // A marker that does not move now moves with the next message.
      this.#client.command(`/seen ${destination} ${seq}`).catch(() => {});
    }
  }

  #hearNotification(notification: Envelope): void {
    this.#roster.sawNotification(notification);
    const { code } = notification.metadata;
    if (this.#screen.live.takeNotification(notification)) return this.#screen.refreshSoon();
    if (code === "caught_up") return;
    const show = () => this.#screen.print(this.#view.notification(notification));
    // Before a login it may be why there is none.
    if (this.#client?.user) this.#arrival.afterwards(show);
    else show();
  }

  #hearStatus(status: ClientStatus): void {
    this.#screen.live.setStatus(status);
    if (status.state === "online") this.#cameOnline(status.welcome);
    if (status.state === "closed") this.#ended(status.error);
    this.#screen.refreshSoon();
  }

  #cameOnline(welcome: Envelope): void {
    this.#roster.sawNotification(welcome);
    if (this.#room.take(welcome)) this.#showPrompt();
    if (!this.#wasOnline) this.#screen.print(this.#view.notification(welcome));
    this.#arrival.afterwards(() => this.#summarize());
    if (this.#wasOnline) this.#screen.print(this.#view.notice("Connected again."));
    this.#wasOnline = true;
  }

  #summarize(): void {
    const summary = this.#missed.take();
    if (summary !== undefined) this.#screen.print(this.#view.rule(summary));
  }

  /** Refused at the first login, there may be another question to ask; later it is over. */
  #ended(error: Error | undefined): void {
    if (!this.#wasOnline) return;
    if (error) this.#printError(error);
    this.#left.resolve(error ? exitCodeOf(error) : EXIT.ok);
  }

  // ---- the screen ----

  /** @param end whether a line tells where they end, since what comes next does not */
  #printMessages(messages: readonly Envelope[], heading: string, { end = true } = {}): void {
    if (messages.length === 0) return;
    this.#screen.print([
      this.#view.rule(heading),
      ...messages.map((message) => this.#view.message(message)),
      ...end ? [this.#view.rule("now")] : [],
    ].join("\n"));
  }

  #printError(error: unknown): void {
    const code = error instanceof ChatError ? error.code : "not_connected";
    this.#screen.print(this.#view.error(code, error instanceof Error ? error.message : String(error)));
  }

  #showPrompt(): void {
    const { name } = this.#room;
    this.#screen.editor.setPrompt(this.#view.style.paint("prompt", name === "" ? ">" : `${name}>`) + " ");
  }
}
