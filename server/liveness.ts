/** Which connections are still there: pings, logins that do not come, writes that have stalled; and with it, who holds a name. */

import { ChatError } from "../protocol/errors.ts";
import type { Clock } from "./clock.ts";
import type { LiveUser } from "./live.ts";
import type { Session } from "./session.ts";

const LOGIN_MS = 60_000;
const SILENT_MS = 30_000;
const UNANSWERED_MS = 60_000;
const STALLED_MS = 60_000;
/** A holder of a name that answers no ping for so long no longer keeps others from it. */
const HOLDER_MS = 10_000;
const SILENT_TEXT_MS = 120_000;

export class Liveness {
  readonly #clock: Clock;
  readonly #writes = new WeakMap<Session, { write: number; since: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Asks those who were silent for a sign of life, and ends those who gave none. To be called every few seconds. */
  sweep(sessions: Iterable<Session>): void {
    const now = this.#clock.monotonic();
    for (const session of sessions) this.#lookAfter(session, now);
  }

  /**
   * Whether somebody who counts is connected as this user. Connections that may be dead are asked for a sign of life, and ended
   * where they gave none, so that a name comes free when its holder's line was cut.
   */
  isHeld(user: LiveUser, newcomerAddress: string): boolean {
    let isHeld = false;
    for (const receiver of [...user.receivers]) {
      const session = receiver as Session;
      if (this.#isDead(session, newcomerAddress)) {
        session.end(
          new ChatError("idle_timeout", "Somebody else took this name: no sign of life came from here."),
        );
      } else {
        isHeld = true;
        if (canAnswer(session)) this.#ping(session);
      }
    }
    return isHeld;
  }

  #isDead(session: Session, newcomerAddress: string): boolean {
    const now = this.#clock.monotonic();
    if (session.pingedAt !== null && now - session.pingedAt > HOLDER_MS) return true;
    const isSilentText = !session.isJson && now - session.heardAt > SILENT_TEXT_MS;
    return isSilentText && session.connection.remoteAddress === newcomerAddress;
  }

  #lookAfter(session: Session, now: number): void {
    if (this.#hasStalled(session, now)) {
      return session.end(new ChatError("slow_consumer", "It did not read what was sent to it."));
    }
    if (!session.isReading) return;
    if (!session.isLoggedIn && now - session.openedAt > LOGIN_MS) {
      return session.end(new ChatError("login_timeout", "No login came within 60 seconds."));
    }
    // A WebSocket has ping frames, a text connection TCP keepalive.
    if (!session.isJson || session.connection.transport !== "tcp") return;
    if (session.pingedAt !== null && now - session.pingedAt > UNANSWERED_MS) {
      return session.end(new ChatError("idle_timeout", "No answer to a ping came within 60 seconds."));
    }
    if (now - session.heardAt > SILENT_MS) this.#ping(session);
  }

  #ping(session: Session): void {
    if (session.pingedAt !== null) return;
    session.pingedAt = this.#clock.monotonic();
    session.reply({ code: "ping", message: "Are you there? Any line answers.", metadata: {} });
  }

  #hasStalled(session: Session, now: number): boolean {
    const write = session.writing;
    const known = this.#writes.get(session);
    if (write === null) this.#writes.delete(session);
    else if (known?.write !== write) this.#writes.set(session, { write, since: now });
    else return now - known.since > STALLED_MS;
    return false;
  }
}

/** Whether an answer would be heard now: text has no word for it, a stream over HTTP only listens, the server may be busy with it. */
function canAnswer(session: Session): boolean {
  return session.isJson && session.isReading && session.connection.transport !== "http";
}
