/** What all bots share: a chat client that hears what is said to the bot, answers it once, and logs what fails in one place. */

import { ChatClient, type ClientStatus, ConnectionLost } from "../client/chat_client.ts";
import type { Connect } from "../client/transport.ts";
import { ChatError } from "../protocol/errors.ts";
import type { Envelope, Metadata } from "../protocol/message.ts";
import { userKey } from "../protocol/names.ts";

/** Where a bot logs. */
export interface BotLog {
  info(message: string, properties?: Record<string, unknown>): void;
  warn(message: string, properties?: Record<string, unknown>): void;
  error(message: string, properties?: Record<string, unknown>): void;
}

/** Time, as a bot reads it. */
export interface BotClock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Calls `task` once after so many milliseconds. Returns what cancels it. */
  after(ms: number, task: () => void): () => void;
}

export const BOT_CLOCK: BotClock = {
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

export interface BotOptions {
  readonly connect: Connect;
  /** What `deno task bot-token NAME` printed; it says who the bot is. */
  readonly token: string;
  readonly log: BotLog;
  readonly clock?: BotClock;
  /** As in ChatClientOptions. */
  readonly backoff?: (attempt: number) => number | undefined;
}

/** A bot that was started. */
export interface RunningBot {
  /** Resolves when it is logged in and at work. Rejects where it was refused or stopped before; may be left unobserved, and is not logged. */
  readonly ready: Promise<void>;
  /** Resolves when it has lost its place for good: stopped, or refused at a later login. */
  readonly ended: Promise<void>;
  /** Finishes or marks what it is writing, and leaves. Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

/** What was said to a bot: a direct message, or a question asked with `/ask` in a room. */
export interface Question {
  readonly seq: number;
  readonly asker: string;
  /** Where the answer goes: `#room`, or the asker's name. */
  readonly place: string;
  readonly isDirect: boolean;
  /** Asked with `/ask`, so never a word for the bot itself such as `help`. */
  readonly isAsked: boolean;
  /** Said while the bot was away. */
  readonly isStored: boolean;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
}

/** What a kind of bot does with what it hears. */
export interface BotHandlers {
  /** Called after the first login, before anything is heard; what was said meanwhile waits. */
  started?(): Promise<void>;
  /** What was said to the bot, in the order of seq. Never what a bot said. What it throws is logged. */
  heard(question: Question): void | Promise<void>;
  /** The server's notifications that answer nothing. */
  notified?(notification: Envelope): void;
}

/** Questions that came while the bot was away for longer than this are left alone. */
export const QUESTION_MAX_AGE_MS = 10 * 60 * 1000;

/** How long to wait before the store is asked again. */
const STORE_WAIT_MS = 1000;

export class Bot {
  readonly log: BotLog;
  readonly clock: BotClock;
  readonly client: ChatClient;
  readonly #handlers: BotHandlers;
  readonly #tasks = new Set<Promise<void>>();
  /** What was heard before `started` was done; null afterwards. */
  #held: Question[] | null = [];
  #isStopping = false;
  #isCutOff = false;
  #whenOnline: (() => void)[] = [];
  readonly #ended = Promise.withResolvers<void>();

  constructor(options: BotOptions, handlers: BotHandlers) {
    this.log = options.log;
    this.clock = options.clock ?? BOT_CLOCK;
    this.#handlers = handlers;
    this.client = new ChatClient(
      {
        connect: options.connect,
        login: { token: options.token },
        ...options.backoff && { backoff: options.backoff },
      },
      {
        message: (message) => this.#hear(message),
        notification: (notification) => this.#notice(notification),
        status: (status) => this.#noteStatus(status),
      },
    );
  }

  get name(): string {
    return this.client.user;
  }

  /** Resolves when the client is closed for good. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Logs in, and hears from then on. */
  async start(): Promise<void> {
    await this.client.start();
    await this.#handlers.started?.();
    const held = this.#held ?? [];
    this.#held = null;
    for (const question of held) this.#handle(question);
  }

  /** Adds a question that was found in the history, unless it was heard. Only from within `started`. */
  recover(message: Envelope): void {
    const question = this.#questionOf(message, true);
    if (!question || this.#held?.some((held) => held.seq === question.seq)) return;
    this.#held?.push(question);
    this.#held?.sort((a, b) => a.seq - b.seq);
  }

  /** Leaves; resolves when no task runs. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.client.close();
    this.#wake();
    await this.settled();
  }

  /** Resolves when no task runs. */
  async settled(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  /** Runs a task beside everything else: the one place where what fails is caught and logged. */
  run(doing: string, task: () => void | Promise<void>): Promise<void> {
    const running = (async () => {
      try {
        await task();
      } catch (error) {
        this.#report(doing, error);
      }
    })();
    this.#tasks.add(running);
    return running.finally(() => this.#tasks.delete(running));
  }

  /**
   * Sends a command that changes nothing, and again after each outage until it is answered.
   * @throws ChatError where it was refused; ConnectionLost where the bot is stopped
   */
  async lookUp(line: string, options: { destination?: string; metadata?: Metadata } = {}): Promise<Envelope> {
    for (;;) {
      try {
        return await this.client.command(line, options);
      } catch (error) {
        if (this.#isStopping || !isPassing(error)) throw error;
        await this.#online();
        if (error instanceof ChatError) await this.#wait(STORE_WAIT_MS);
      }
    }
  }

  /**
   * Answers a question where it was asked. Its id makes sure that a question has one answer, also where a restart
   * makes the bot answer twice: then nothing is said, and it resolves with false.
   */
  async answer(question: Question, text: string, metadata: Metadata = {}): Promise<boolean> {
    try {
      await this.client.say(question.place, text, {
        id: `answer-${question.seq}`,
        metadata: { ...metadata, answer_to: question.seq },
      });
      return true;
    } catch (error) {
      if (!(error instanceof ChatError && error.code === "id_conflict")) throw error;
      this.log.info("This question was answered before.", { seq: question.seq });
      return false;
    }
  }

  #hear(message: Envelope): void {
    const question = this.#questionOf(message, message.metadata.stored === true);
    if (!question) return;
    if (this.#held) this.#held.push(question);
    else this.#handle(question);
  }

  #handle(question: Question): void {
    this.run("answering what was said", () => this.#handlers.heard(question));
  }

  #questionOf(message: Envelope, isStored: boolean): Question | undefined {
    const { type, sender, destination, metadata, seq } = message;
    const isDirect = !destination.startsWith("#");
    const isAsked = metadata.ask === true;
    if (type !== "chat" || seq === undefined || !(isDirect || isAsked)) return undefined;
    if (metadata.bot === true || userKey(sender) === userKey(this.name)) return undefined;
    const askedAt = Date.parse(message.timestamp);
    if (isStored && this.clock.now() - askedAt > QUESTION_MAX_AGE_MS) return undefined;
    const place = isDirect ? sender : destination;
    return { seq, asker: sender, place, isDirect, isAsked, isStored, text: message.message, askedAt };
  }

  #notice(notification: Envelope): void {
    this.run("taking a notification", () => this.#handlers.notified?.(notification));
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.clock.after(ms, resolve);
      this.ended.then(() => (cancel(), resolve()));
    });
  }

  #online(): Promise<void> {
    const { state } = this.client.status;
    if (state === "online") return Promise.resolve();
    if (state === "closed") return Promise.reject(new ConnectionLost("The bot is no longer connected."));
    return new Promise((resolve) => this.#whenOnline.push(resolve));
  }

  #noteStatus(status: ClientStatus): void {
    switch (status.state) {
      case "connecting":
        if (status.problem === undefined || this.#isCutOff) return;
        this.#isCutOff = true;
        return this.log.warn("Not connected; it tries again.", { bot: this.name, problem: status.problem });
      case "online":
        if (this.#isCutOff) this.log.info("Connected again.", { bot: this.name });
        this.#isCutOff = false;
        return this.#wake();
      case "closed":
        this.#wake();
        return this.#end(status.error);
      default:
        return status satisfies never;
    }
  }

  #end(error: Error | undefined): void {
    const hasStarted = this.name !== "";
    if (error && hasStarted) this.#report("staying connected", error);
    this.#ended.resolve();
  }

  #wake(): void {
    for (const resolve of this.#whenOnline.splice(0)) resolve();
  }

  #report(doing: string, error: unknown): void {
    const properties = { bot: this.name, doing };
    if (error instanceof ConnectionLost) {
      if (!this.#isStopping) this.log.warn("The connection was lost.", properties);
    } else if (error instanceof ChatError) {
      this.log.warn("The server refused it.", { ...properties, code: error.code, words: error.message });
    } else {
      this.log.error("A bot failed.", {
        ...properties,
        error: error instanceof Error ? error.stack : String(error),
      });
    }
  }
}

/** Whether the same command may succeed later. */
function isPassing(error: unknown): boolean {
  return error instanceof ConnectionLost || error instanceof ChatError && error.code === "store_unavailable";
}

/** Starts a bot without waiting for it. `stop` is called first when it is stopped, while it is still connected. */
export function runBot(bot: Bot, stop: () => void | Promise<void> = () => {}): RunningBot {
  const ready = bot.start();
  ready.catch(() => {});
  let stopped: Promise<void> | undefined;
  return {
    ready,
    ended: bot.ended,
    stop: () =>
      stopped ??= (async () => {
        await stop();
        await bot.stop();
      })(),
  };
}
