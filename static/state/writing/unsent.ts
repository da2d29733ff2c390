/**
 * What the user said and the server is not known to have: kept in this browser before it is sent, in the order of saying, until it is stored
 * or discarded. One living tab sends each message, always with the same id; all tabs show it.
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { ChatClient } from "../../../client/chat_client.ts";
import { ConnectionLost } from "../../../client/connection_lost.ts";
import { randomId } from "../../../client/request_id.ts";
import type { Envelope } from "../../../protocol/message.ts";
import { userKey } from "../../../protocol/names.ts";
import { database } from "../storage/database.ts";
import type { UnsentRecord } from "../storage/kept_records.ts";
import { now } from "../reading/entry.ts";
import { isSameUser } from "../keys.ts";
import { type Notice, tabs } from "../storage/tabs.ts";
import type { Timelines } from "../reading/timelines.ts";
import { words } from "../words.ts";

export interface UnsentOptions {
  readonly client: ChatClient;
  readonly timelines: Timelines;
  /** Something waits here. */
  readonly onWaiting: (destination: string) => void;
  /** A message of the user's is stored. */
  readonly onStored: (destination: string, message: Envelope) => void;
  readonly onRefused: (text: string, problem: string) => void;
}

export class Unsent {
  readonly #options: UnsentOptions;
  /** By id; also those that other tabs send. */
  readonly #records = new Map<string, UnsentRecord>();
  /** The ids of those that the client has. */
  readonly #underWay = new Set<string>();
  /** Those with a problem. */
  readonly #failed = signal<readonly UnsentRecord[]>([]);
  readonly #watched = new Set<string>();
  readonly #closing = new AbortController();
  readonly #stopListening = tabs.listen((notice) => this.#hear(notice));
  #user = "";
  /** What was said first is handed to the client first. */
  #handing: Promise<void> = Promise.resolve();

  constructor(options: UnsentOptions) {
    this.#options = options;
  }

  /** What was refused for good, in the order of saying. */
  get failed(): ReadonlySignal<readonly UnsentRecord[]> {
    return this.#failed;
  }

  /** Shows what this user had not sent, and sends it before anything new, but for what other tabs are sending. */
  restore(user: string): Promise<void> {
    this.setUser(user);
    const restored = this.#handing.then(() => this.#restore());
    this.#handing = restored;
    return restored;
  }

  setUser(user: string): void {
    this.#user = userKey(user);
  }

  /** Shows a message at once and has it sent as soon as it is kept. */
  post(destination: string, text: string, asks: boolean): void {
    const record = {
      user: this.#user,
      id: randomId(),
      destination,
      text,
      asks,
      time: now(),
      owner: tabs.id,
    };
    this.#show(record);
    const kept = this.#keep(record);
    this.#handing = this.#handing.then(async () => this.#send(await kept));
  }

  /** Tries a message again that was refused. */
  retry(id: string): void {
    const record = this.#records.get(id);
    if (!record) return;
    const { problem: _, ...again } = { ...record, user: this.#user, owner: tabs.id };
    this.#show(again);
    const kept = this.#keep(again);
    this.#handing = this.#handing.then(async () => this.#send(await kept));
  }

  discard(id: string): void {
    const record = this.#records.get(id);
    if (!record) return;
    this.#settle(record);
    this.#options.timelines.of(record.destination).discard(id);
    tabs.tell({ kind: "settled", user: record.user, id, destination: record.destination });
  }

  /** How many messages wait to be sent or were refused. */
  get count(): number {
    return this.#records.size;
  }

  close(): void {
    this.#closing.abort();
    this.#stopListening();
  }

  async #restore(): Promise<void> {
    await tabs.ready;
    const records = await database.unsentBy(this.#user);
    for (const record of records) this.#show(record);
    const owners = new Set(records.map(({ owner }) => owner));
    const gone = await tabs.gone(owners);
    // What this very tab kept before its user was signed out has nobody else to send it.
    await this.#adopt(new Set([...gone, tabs.id]));
    for (const owner of owners) if (!gone.has(owner)) this.#watch(owner);
  }

  async #adopt(gone: ReadonlySet<string>): Promise<void> {
    for (const record of await database.adoptUnsent(this.#user, gone, tabs.id)) {
      this.#show(record);
      tabs.tell({ kind: "unsent", record });
      this.#send(record);
    }
  }

  /** Takes over what another tab has not sent, once that tab is gone. */
  #watch(tab: string): void {
    if (tab === tabs.id || this.#watched.has(tab)) return;
    this.#watched.add(tab);
    tabs.untilGone(tab, this.#closing.signal).then(() => {
      this.#watched.delete(tab);
      this.#handing = this.#handing.then(() => this.#adopt(new Set([tab])));
    }, () => {});
  }

  async #keep(record: UnsentRecord): Promise<UnsentRecord> {
    const order = await database.keepUnsent(record);
    const kept = { ...record, ...order !== undefined && { order } };
    if (this.#records.has(kept.id)) {
      this.#note(kept);
      tabs.tell({ kind: "unsent", record: kept });
    } else if (order !== undefined) void database.forgetUnsent(order);
    return kept;
  }

  /** Hands it to the client, which sends what it gets in that order; the answer comes whenever it comes. */
  #send(record: UnsentRecord): void {
    const { id, destination, text, asks } = record;
    const isWanted = this.#records.has(id) && !this.#underWay.has(id);
    if (this.#closing.signal.aborted || !isWanted) return;
    this.#underWay.add(id);
    const { client } = this.#options;
    const reply = asks
      ? client.command(`/ask ${text}`, { destination, id })
      : client.say(destination, text, { id });
    reply.then((stored) => this.#stored(record, stored), (error) => this.#refused(record, error));
  }

  #stored(record: UnsentRecord, reply: Envelope): void {
    const { seq, timestamp, offline, unknown } = reply.metadata;
    const { id, destination } = record;
    const user = this.#user;
    this.#settle(record);
    const timeline = this.#options.timelines.of(destination);
    if (typeof seq === "number" && typeof timestamp === "string") {
      timeline.confirm(id, seq, timestamp);
      this.#options.onStored(destination, messageOf(record, this.#options.client.user, seq, timestamp));
      tabs.tell({ kind: "settled", user, id, destination, seq, time: timestamp });
    } else {
      // It was taken as a command, as `subscribe` said to a service is.
      timeline.discard(id);
      timeline.addNotice(reply.message);
      tabs.tell({ kind: "settled", user, id, destination });
    }
    if (offline !== true) return;
    // The server's words for somebody unknown speak of how one types in text mode.
    const unknownWords = `Nobody called ${destination} has been here yet. Message saved.`;
    timeline.addNotice(unknown === true ? unknownWords : reply.message);
  }

  #refused(record: UnsentRecord, error: unknown): void {
    this.#underWay.delete(record.id);
    // Where the client was closed, the message stays kept for the next time.
    if (error instanceof ConnectionLost || this.#closing.signal.aborted) return;
    const problem = words(error);
    // Meanwhile the user may have been renamed.
    const failed = { ...record, user: this.#user, problem };
    this.#options.onRefused(record.text, problem);
    this.#show(failed);
    void this.#keep(failed);
  }

  #settle({ id }: UnsentRecord): void {
    const order = this.#records.get(id)?.order;
    this.#forget(id);
    this.#underWay.delete(id);
    if (order !== undefined) void database.forgetUnsent(order);
  }

  #hear(notice: Notice): void {
    if (notice.kind === "unsent" && isSameUser(notice.record.user, this.#user)) {
      this.#show(notice.record);
      this.#watch(notice.record.owner);
    } else if (notice.kind === "settled" && isSameUser(notice.user, this.#user)) {
      const { id, destination, seq, time } = notice;
      this.#forget(id);
      const timeline = this.#options.timelines.of(destination);
      if (seq !== undefined && time !== undefined) timeline.confirm(id, seq, time);
      else timeline.discard(id);
    }
  }

  #show(record: UnsentRecord): void {
    const { id, destination, text, time, problem } = record;
    const timeline = this.#options.timelines.of(destination);
    const isShown = this.#records.has(id);
    this.#note(record);
    if (!isShown) {
      this.#options.onWaiting(destination);
      timeline.addPending(id, destination, text, time);
    }
    if (problem !== undefined) timeline.fail(id, problem);
    else if (isShown) timeline.retry(id);
  }

  #note(record: UnsentRecord): void {
    this.#records.set(record.id, record);
    this.#sortOut();
  }

  #forget(id: string): void {
    this.#records.delete(id);
    this.#sortOut();
  }

  #sortOut(): void {
    const failed = [...this.#records.values()].filter(({ problem }) => problem !== undefined);
    if (failed.length > 0 || this.#failed.value.length > 0) this.#failed.value = failed;
  }
}

/** The stored message, as others got it. */
function messageOf(
  { id, destination, text }: UnsentRecord,
  sender: string,
  seq: number,
  timestamp: string,
): Envelope {
  return { type: "chat", sender, destination, message: text, timestamp, metadata: {}, id, seq };
}
