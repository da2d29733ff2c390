/** The client where there is no person at a terminal: lines in, lines out. */

import { ChatError } from "../protocol/errors.ts";
import type { Envelope } from "../protocol/message.ts";
import { defaultBackoff } from "./backoff.ts";
import { ChatClient, type ClientStatus } from "./chat_client.ts";
import { type Action, readAction } from "./terminal_action.ts";
import { Arrival } from "./terminal_arrival.ts";
import { EXIT, type ExitCode, exitCodeOf } from "./terminal_exit.ts";
import { replyLines, replyMessages } from "./terminal_replies.ts";
import { CurrentRoom } from "./terminal_room.ts";
import type { Style } from "./terminal_style.ts";
import { PipeView } from "./terminal_view.ts";
import type { Connect } from "./transport.ts";

export interface PipeOptions {
  readonly connect: Connect;
  readonly name?: string;
  readonly password?: string;
  readonly style: Style;
  readonly input: AsyncIterable<string>;
  /** Takes whole lines. */
  readonly output: (text: string) => void;
  readonly errors: (text: string) => void;
  readonly backoff?: (attempt: number) => number | undefined;
}

/** A script had rather fail than wait for ever: with the default waits this is about eight seconds. */
const MAX_ATTEMPTS = 5;
/** Messages on their way at once; more are read from the input when some of these are stored. */
const MAX_UNACKNOWLEDGED = 200;
/** How many messages of a room are shown on joining it, as in text mode. */
const JOINED_MESSAGES = 20;

/** Says every line of the input. Resolves when all of them are acknowledged or refused, with the worst that happened. */
export async function runPipe(options: PipeOptions): Promise<ExitCode> {
  return await new Pipe(options).run();
}

class Pipe {
  readonly #options: PipeOptions;
  readonly #client: ChatClient;
  readonly #view: PipeView;
  readonly #unacknowledged = new Set<Promise<void>>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #room = new CurrentRoom();
  readonly #arrival = new Arrival();
  #code: ExitCode = EXIT.ok;
  #lastError = "";

  constructor(options: PipeOptions) {
    this.#options = options;
    const { connect, name, password } = options;
    this.#client = new ChatClient({
      connect,
      login: { ...name && { name }, ...password !== undefined && { password } },
      backoff: options.backoff ?? ((attempt) => attempt < MAX_ATTEMPTS ? defaultBackoff(attempt) : undefined),
    }, {
      message: (message) => this.#hear(this.#view.message(message)),
      notification: (notification) => this.#hear(this.#view.notification(notification)),
      status: (status) => this.#showStatus(status),
    });
    this.#closed.promise.catch(() => {});
    const client = this.#client;
    this.#view = new PipeView({
      get user() {
        return client.user;
      },
      now: () => new Date(),
    }, options.style);
  }

  async run(): Promise<ExitCode> {
    try {
      this.#welcome(await this.#client.start());
      await this.#takeInput();
      await Promise.all(this.#unacknowledged);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#arrival.done();
      await this.#client.close();
    }
    return this.#code;
  }

  #hear(text: string | undefined): void {
    this.#arrival.afterwards(() => this.#print(text));
  }

  #welcome(welcome: Envelope): void {
    this.#room.take(welcome);
    this.#print(this.#view.notification(welcome));
    this.#arrival.done();
  }

  async #takeInput(): Promise<void> {
    const lines = this.#options.input[Symbol.asyncIterator]();
    for (;;) {
      const next = await Promise.race([lines.next(), this.#closed.promise]);
      if (!next || next.done) return;
      const action = this.#read(next.value);
      if (action?.kind === "quit") return;
      if (action) await this.#do(action);
    }
  }

  #read(line: string): Action | undefined {
    try {
      return readAction(line, this.#room.name);
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  async #do(action: Action): Promise<void> {
    switch (action.kind) {
      case "say":
        return await this.#say(action);
      case "signal":
        return this.#client.signal(action.line, { destination: action.destination });
      case "password":
        return this.#fail(new ChatError("bad_arguments", "Usage: /password NEW [OLD]"));
      case "command":
        // A command may change what the next line means, so it waits, and is waited for.
        await Promise.all(this.#unacknowledged);
        return await this.#command(action);
    }
  }

  async #say({ destination, text, command }: Action & { kind: "say" }): Promise<void> {
    const sent = command === undefined
      ? this.#client.say(destination, text)
      : this.#client.command(command, { destination });
    const done = sent.then(
      (reply) => this.#print(this.#view.notification(reply)),
      (error) => this.#fail(error),
    )
      .finally(() => this.#unacknowledged.delete(done));
    this.#unacknowledged.add(done);
    if (this.#unacknowledged.size >= MAX_UNACKNOWLEDGED) await Promise.race(this.#unacknowledged);
  }

  async #command({ line, destination, listed }: Action & { kind: "command" }): Promise<void> {
    try {
      this.#replied(await this.#client.command(line, { destination }), listed);
    } catch (error) {
      this.#fail(error);
    }
  }

  #replied(reply: Envelope, listed: string | undefined): void {
    this.#room.take(reply);
    for (const line of replyLines(reply, this.#view, listed)) this.#print(line);
    if (reply.metadata.code !== "joined") return;
    for (const message of replyMessages(reply.metadata).slice(-JOINED_MESSAGES)) {
      this.#print(this.#view.message(message));
    }
  }

  #showStatus(status: ClientStatus): void {
    if (status.state === "closed") status.error ? this.#closed.reject(status.error) : this.#closed.resolve();
    if (status.state !== "connecting" || status.retryInMs === undefined) return;
    const seconds = (status.retryInMs / 1000).toFixed(1);
    this.#options.errors(
      this.#view.notice(`${status.problem ?? "No connection."} Retrying in ${seconds} s.`),
    );
  }

  #fail(error: unknown): void {
    this.#code = Math.max(this.#code, exitCodeOf(error)) as ExitCode;
    const code = error instanceof ChatError ? error.code : "connection_lost";
    const line = this.#view.error(code, error instanceof Error ? error.message : String(error));
    // Many messages may share one fate.
    if (line !== this.#lastError) this.#options.errors(line);
    this.#lastError = line;
  }

  #print(text: string | undefined): void {
    if (text) this.#options.output(text);
  }
}
