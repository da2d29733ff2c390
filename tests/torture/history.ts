/**
 * What the clients of one run did and saw, in the order in which it happened in the process that ran them.
 * The checker judges it; nothing here knows what is right.
 */

/** A message as it is said and as it is shown. */
export interface Said {
  /** The user's name. */
  readonly sender: string;
  readonly id?: string | undefined;
  /** As `conversationOf` names it. */
  readonly conversation: string;
  /** Where the sender gives no ids, or a reader sees none, no text is said twice by one user in one conversation. */
  readonly text: string;
}

/** How a message came: as it was said, with the login as something missed, or because it was asked for. */
export type Via = "live" | "resumed" | "history";

/** A message that was sent. Times (`…At`) are positions in the history, from 1; 0 is never. */
export interface Message extends Said {
  readonly client: string;
  readonly sentAt: number;
  /** Of the last time that it was sent. */
  resentAt: number;
  acknowledgedAt: number;
  refusedAt: number;
  /** Every seq that it was seen under: one, if all is well. */
  readonly seqs: Set<number>;
}

/** A message, or an acknowledgement of one's own, as it came to a client. */
export interface Observation {
  readonly at: number;
  /** The connection of this client's, from 1. */
  readonly connection: number;
  /** 0 where text mode does not say it. */
  readonly seq: number;
  readonly kind: "acknowledged" | Via;
  /** What was sent; where nothing like it was, what came. */
  readonly message: Message | Said;
}

/** From the request to join to the reply to the request to leave; 0 where it did not come (yet). */
export interface Membership {
  readonly room: string;
  readonly joiningAt: number;
  joinedAt: number;
  /** From `joined`: what is later must come. */
  joinedSeq: number;
  leavingAt: number;
  leftAt: number;
}

/**
 * `cursor`: it logs in with `since`, so each message comes exactly once, over all its connections.
 * `position`: the server knows how far it is, so that a few may come again after a connection that broke.
 */
export type Reading = "cursor" | "position";

/** `#room`, `ann & ben`, or `thermometer1/feed`. */
export function conversationOf(sender: string, destination: string): string {
  if (destination === "") return `${sender}/feed`;
  return destination.startsWith("#") ? destination : [sender, destination].sort().join(" & ");
}

export class History {
  #now = 0;
  readonly #messages = new Map<string, Message>();
  readonly clients: ClientLog[] = [];
  /** Users whose messages are not recorded, like bots: what they say is no phantom. */
  readonly outsiders = new Set<string>();

  get now(): number {
    return this.#now;
  }

  client(
    name: string,
    { user = name, reading = "cursor" }: { user?: string; reading?: Reading } = {},
  ): ClientLog {
    const log = new ClientLog(this, name, user, reading);
    this.clients.push(log);
    return log;
  }

  tick(): number {
    return ++this.#now;
  }

  /** All that was sent, each once, in the order of the first time. */
  messages(): Set<Message> {
    return new Set(this.#messages.values());
  }

  add(message: Message): void {
    if (message.id !== undefined) this.#messages.set(idKey(message), message);
    const key = textKey(message);
    if (message.id === undefined && this.#messages.has(key)) {
      throw new Error(`said twice without an id: ${message.text}`);
    }
    this.#messages.set(key, message);
  }

  /** What was sent that is exactly this; undefined where nothing was. */
  find(said: Said): Message | undefined {
    const message = this.#messages.get(said.id === undefined ? textKey(said) : idKey(said));
    if (message?.conversation !== said.conversation || message.text !== said.text) return undefined;
    return message;
  }
}

function idKey({ sender, id }: Said): string {
  return `${sender} ${id}`;
}

function textKey({ sender, conversation, text }: Said): string {
  return `${sender}\n${conversation}\n${text}`;
}

/** One client: a connection after the other, of one user. */
export class ClientLog {
  readonly #history: History;
  readonly sent: Message[] = [];
  readonly observed: Observation[] = [];
  readonly memberships: Membership[] = [];
  /** Connections that broke: what was on the way may be missing, or come again. */
  readonly broken = new Set<number>();
  connection = 0;
  /** Up to here nothing is owed to it; -1 before its first login was complete. */
  coveredFrom = -1;
  settledAt = 0;

  constructor(history: History, readonly name: string, readonly user: string, readonly reading: Reading) {
    this.#history = history;
  }

  connected(): void {
    this.connection++;
    this.settledAt = 0;
  }

  /** The login is complete; everything later than `seq` is owed. Only the first time counts. */
  caughtUp(seq: number): void {
    this.#history.tick();
    if (this.coveredFrom < 0) this.coveredFrom = seq;
  }

  brokenOff(): void {
    this.broken.add(this.connection);
  }

  /** It has been shown that all which was acknowledged by now must have come. */
  settled(): void {
    this.settledAt = this.#history.tick();
  }

  /** Before it leaves. With an id of before it is the same message, sent again. */
  says(said: Omit<Said, "sender">): Message {
    const message = { ...said, sender: this.user };
    const at = this.#history.tick();
    const before = message.id === undefined ? undefined : this.#history.find(message);
    if (before) {
      before.resentAt = at;
      return before;
    }
    const sent: Message = {
      ...message,
      client: this.name,
      sentAt: at,
      resentAt: at,
      acknowledgedAt: 0,
      refusedAt: 0,
      seqs: new Set(),
    };
    this.#history.add(sent);
    this.sent.push(sent);
    return sent;
  }

  /** @param seq 0 where text mode does not say it */
  acknowledged(message: Message, seq: number, isDuplicate = false): void {
    const at = this.#history.tick();
    message.acknowledgedAt ||= at;
    if (seq > 0) message.seqs.add(seq);
    if (seq > 0 && !isDuplicate) this.#observe({ at, seq, kind: "acknowledged", message });
  }

  refused(message: Message): void {
    message.refusedAt = this.#history.tick();
  }

  received(said: Said, seq: number, via: Via): void {
    const message = this.#history.find(said);
    if (seq > 0) message?.seqs.add(seq);
    this.#observe({ at: this.#history.tick(), seq, kind: via, message: message ?? said });
  }

  joining(room: string): void {
    const joiningAt = this.#history.tick();
    if (this.#membership(room)) return;
    this.memberships.push({ room, joiningAt, joinedAt: 0, joinedSeq: 0, leavingAt: 0, leftAt: 0 });
  }

  /** @param seq 0 where text mode does not say it */
  joined(room: string, seq: number): void {
    const membership = this.#membership(room);
    if (!membership || membership.joinedAt) return;
    membership.joinedAt = this.#history.tick();
    membership.joinedSeq = seq;
  }

  leaving(room: string): void {
    const membership = this.#membership(room);
    if (membership) membership.leavingAt = this.#history.tick();
  }

  left(room: string): void {
    const membership = this.#membership(room);
    if (membership) membership.leftAt = this.#history.tick();
  }

  #membership(room: string): Membership | undefined {
    return this.memberships.findLast((membership) => membership.room === room && !membership.leftAt);
  }

  #observe(observation: Omit<Observation, "connection">): void {
    this.observed.push({ connection: this.connection, ...observation });
  }
}

/** Was it sent in this history? */
export function isSent(message: Message | Said): message is Message {
  return "sentAt" in message;
}
