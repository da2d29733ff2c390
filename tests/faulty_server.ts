/** A small chat server that keeps the protocol's promises while its connections, its store and its patience fail as it is told. */

import type { Connect } from "../client/transport.ts";
import type { Envelope, Request } from "../protocol/message.ts";
import { Chunk } from "../server/chunk.ts";
import type { Connection } from "../server/connection.ts";
import { memoryConnect } from "../server/memory.ts";
import { chat, failure, notification, TIME } from "./scripted_server.ts";

/** What happens to one request. */
export type Fate =
  | "stored"
  /** The connection ends before it is stored. */
  | "cut before"
  /** The connection ends after it was stored and before the reply. */
  | "cut after"
  /** The connection ends, and it is stored once the user is back: it was held up in a queue. */
  | "cut and late"
  | "rate_limited"
  | "store_unavailable";

interface Session {
  readonly user: string;
  readonly connection: Connection;
  isCut: boolean;
}

type Said = Request & { id: string };

export class FaultyServer {
  /** Everything said, in order; `seq` is the place in it, from 1. */
  readonly log: Envelope[] = [];
  readonly #fates: Iterator<Fate>;
  readonly #sessions = new Set<Session>();
  readonly #late = new Map<string, Said[]>();
  /** The first refused request of each user: until it comes again, or turns out to be stored, all are refused. */
  readonly #refused = new Map<string, { id: string; error: Fate }>();

  /** @param fates one for each request; after the last all are stored */
  constructor(fates: readonly Fate[]) {
    this.#fates = fates[Symbol.iterator]();
  }

  readonly connect: Connect = memoryConnect((connection) => void this.#serve(connection));

  async #serve(connection: Connection): Promise<void> {
    let session: Session | undefined;
    for await (const lines of connection.lines()) {
      for (const line of lines) {
        const request = { metadata: {}, destination: "", ...JSON.parse(line as string) } as Said;
        if (!session) session = this.#logIn(connection, request);
        else if (!session.isCut) this.#handle(session, request);
      }
    }
    if (session) this.#sessions.delete(session);
  }

  #logIn(connection: Connection, { id, message, metadata }: Said): Session {
    const user = message.split(" ")[1]!;
    const session = { user, connection, isCut: false };
    const since = typeof metadata.since === "number" ? metadata.since : this.log.length;
    const seq = this.log.length;
    const missed = this.log.slice(since).map((said) => ({ ...said, metadata: { stored: true } }));
    this.#send(
      session,
      notification("welcome", { reply_to: id, user, token: `token-of-${user}`, epoch: "log-1", seq }),
      ...missed,
      notification("caught_up", { count: missed.length, seq }),
    );
    this.#sessions.add(session);
    this.#refused.delete(user);
    for (const late of this.#late.get(user) ?? []) this.#store({ user, connection, isCut: true }, late);
    this.#late.delete(user);
    return session;
  }

  #handle(session: Session, request: Said): void {
    const refused = this.#refused.get(session.user);
    if (refused && refused.id !== request.id && !this.#find(session.user, refused.id)) {
      return this.#refuse(session, request, refused.error);
    }
    this.#refused.delete(session.user);
    const { value: fate = "stored" } = this.#fates.next() as { value?: Fate };
    switch (fate) {
      case "stored":
        return this.#store(session, request);
      case "cut before":
        return this.#cut(session);
      case "cut after":
        this.#cut(session);
        return this.#store(session, request);
      case "cut and late":
        this.#late.set(session.user, [...this.#late.get(session.user) ?? [], request]);
        return this.#cut(session);
      default:
        this.#refused.set(session.user, { id: request.id, error: fate });
        return this.#refuse(session, request, fate);
    }
  }

  /** Stores it, delivers it to all but the sending connection, and replies, all in the order of seq. */
  #store(sending: Session, { id, destination, message }: Said): void {
    const known = this.#find(sending.user, id);
    const reply = { reply_to: id, seq: known?.seq ?? this.log.length + 1, timestamp: TIME };
    if (known) return this.#send(sending, notification("stored", { ...reply, duplicate: true }));
    const said = chat(reply.seq, sending.user, message, { id, destination });
    this.log.push(said);
    for (const session of this.#sessions) if (session !== sending) this.#send(session, said);
    this.#send(sending, notification("stored", reply));
  }

  #find(sender: string, id: string): Envelope | undefined {
    return this.log.find((said) => said.sender === sender && said.id === id);
  }

  #refuse(session: Session, { id }: Said, error: Fate): void {
    this.#send(session, failure(error, { reply_to: id, retry_after_ms: 1 }));
  }

  #cut(session: Session): void {
    session.isCut = true;
    this.#sessions.delete(session);
    session.connection.close();
  }

  #send(session: Session, ...envelopes: readonly Envelope[]): void {
    if (session.isCut) return;
    const chunk = new Chunk(envelopes.map((envelope) => JSON.stringify(envelope)));
    session.connection.send([chunk]).catch(() => {});
  }
}
