/**
 * What a connection asks for, done in order: messages join the run that is stored at once; a command waits until all that was
 * said before it is settled.
 */

import { parseCommandLine } from "../protocol/commands.ts";
import type { Request } from "../protocol/message.ts";
import type { ChatServer } from "./chat_server.ts";
import { Pace } from "./pace.ts";
import { SaidMessages } from "./said_messages.ts";
import type { Session } from "./session.ts";

/** After these replies the connection is closed. */
const LAST_REPLIES: ReadonlySet<string> = new Set(["bye", "logged_out"]);

export class Requests {
  readonly #server: ChatServer;
  readonly #session: Session;
  readonly #pace: Pace;
  readonly said: SaidMessages;

  constructor(server: ChatServer, session: Session) {
    this.#server = server;
    this.#session = session;
    this.#pace = new Pace(server);
    this.said = new SaidMessages(server.router, this.#pace, session);
  }

  /**
   * Answers at once where nothing is to be waited for.
   * @param backlog lines that came and wait, where reading cannot be slowed
   * @throws ChatError (or rejects)
   */
  do(request: Request, backlog: number): void | Promise<void> {
    if (request.type !== "command") return this.#say(request, false, backlog);
    const line = parseCommandLine(request.message);
    if (!line.spec.anonymous) void this.#session.user;
    const said = this.#server.asSaid(request, line);
    if (said) return this.#say(said, line.spec.name === "ask", backlog);
    return this.command(request);
  }

  async command(request: Request): Promise<void> {
    const session = this.#session;
    await this.said.settled();
    await session.drained();
    const user = session.isLoggedIn ? session.user : null;
    if (user) await this.#slowDown(() => this.#server.commandWait(user));
    try {
      const reply = await this.#server.command(request, { user, session });
      if (reply) session.reply(reply, request.id);
      if (reply && LAST_REPLIES.has(reply.code)) await session.quit();
    } finally {
      session.release();
    }
  }

  #say(request: Request, isQuestion: boolean, backlog: number): void | Promise<void> {
    const { user } = this.#session;
    if (this.#server.isSubscription(request)) return this.#asCommand(request);
    const abuse = this.#pace.abuse(backlog);
    if (abuse) return this.#session.end(abuse);
    const wait = this.#pace.messageWait(user, backlog);
    if (wait > 0) return this.#sayLater(request, isQuestion);
    const prepared = this.#server.router.prepare(user, request, { isQuestion });
    if (!(prepared instanceof Promise)) return this.said.add(prepared);
    this.said.commit();
    return prepared.then((prepared) => this.said.add(prepared));
  }

  async #sayLater(request: Request, isQuestion: boolean): Promise<void> {
    const { user } = this.#session;
    this.said.commit();
    await this.#slowDown(() => this.#server.messageWait(user));
    this.said.add(await this.#server.router.prepare(user, request, { isQuestion }));
  }

  /** Saying `subscribe` to a bot is the command of that name. */
  async #asCommand(request: Request): Promise<void> {
    const command = await this.#server.subscriptionCommand(request);
    if (command) return await this.command(command);
    this.said.add(await this.#server.router.prepare(this.#session.user, request));
  }

  #slowDown(wait: () => number): Promise<void> {
    return this.#pace.slowDown(wait, () => this.#session.isEnded);
  }
}
