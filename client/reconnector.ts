/** Keeps a session going: connects, and connects again when it is lost, until it is over for good. */

import type { Backoff } from "./backoff.ts";
import { ConnectionLost } from "./connection_lost.ts";
import type { Session, SessionEnd } from "./session.ts";
import type { ClientConnection, Connect } from "./transport.ts";

/** `retryInMs` is set while it waits for the next attempt. */
export interface ConnectingStatus {
  readonly state: "connecting";
  readonly attempt: number;
  readonly problem?: string;
  readonly retryInMs?: number;
}

export interface ReconnectorOptions {
  readonly connect: Connect;
  readonly backoff: Backoff;
  /** How long an attempt to connect may take. */
  readonly connectTimeoutMs: number;
  readonly makeSession: (connection: ClientConnection) => Session;
  readonly onConnecting: (status: ConnectingStatus) => void;
}

/** A session that lasted so long was a good one: the waits begin again at the shortest. */
const STABLE_MS = 5_000;

export class Reconnector {
  readonly #options: ReconnectorOptions;
  readonly #closing = new AbortController();
  #session: Session | undefined;
  #endWait: (() => void) | undefined;

  constructor(options: ReconnectorOptions) {
    this.#options = options;
  }

  /** The one that is logged in and caught up, if there is one. */
  get onlineSession(): Session | undefined {
    return this.#session?.isOnline ? this.#session : undefined;
  }

  get isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Resolves when it is over for good, with the reason where that is an error. Rejects where a handler threw. */
  async run(): Promise<Error | undefined> {
    const { backoff, onConnecting } = this.#options;
    let attempt = 1;
    let waits = 0;
    let problem: string | undefined;
    while (!this.isClosing) {
      onConnecting({ state: "connecting", attempt, ...problem !== undefined && { problem } });
      const { end, wasStable } = await this.#connectOnce();
      if (this.isClosing || end.kind === "bye") return undefined;
      if (end.kind === "refused") return end.error;
      if (wasStable) attempt = waits = 0;
      attempt++;
      problem = end.problem;
      const waitMs = backoff(++waits);
      if (waitMs === undefined) return new ConnectionLost(problem);
      const retryInMs = Math.max(waitMs, end.retryAfterMs);
      onConnecting({ state: "connecting", attempt, problem, retryInMs });
      await this.#wait(retryInMs);
    }
    return undefined;
  }

  /** Ends the wait before the next attempt. */
  retryNow(): void {
    this.#endWait?.();
  }

  /** Makes `run` end. */
  close(): void {
    this.#closing.abort();
    this.#session?.close();
    this.#endWait?.();
  }

  async #connectOnce(): Promise<{ end: SessionEnd; wasStable: boolean }> {
    let connection: ClientConnection;
    try {
      connection = await this.#open();
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return { end: { kind: "lost", problem, retryAfterMs: 0 }, wasStable: false };
    }
    const session = this.#session = this.#options.makeSession(connection);
    if (this.isClosing) session.close();
    try {
      return { end: await session.run(), wasStable: session.onlineMs >= STABLE_MS };
    } finally {
      this.#session = undefined;
    }
  }

  async #open(): Promise<ClientConnection> {
    const { connect, connectTimeoutMs } = this.#options;
    const late = new AbortController();
    const timer = setTimeout(
      () => late.abort(new Error("The server did not take the connection in time.")),
      connectTimeoutMs,
    );
    try {
      return await connect(AbortSignal.any([late.signal, this.#closing.signal]));
    } finally {
      clearTimeout(timer);
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endWait = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.isClosing) this.#endWait();
    });
  }
}
