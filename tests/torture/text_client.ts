/**
 * A client in text mode. It gives no ids and gets no acknowledgements: what a broken connection had on the way is said at
 * most once. It joins rooms while they are empty, since it cannot tell a room's history from what is said; and it speaks in
 * the room that it joined last, after a reconnect in the lobby.
 */

import { conversationOf, type History, type Message } from "./history.ts";
import { type ClientOptions, LOBBY, RecordingClient } from "./recording_client.ts";

const IN_ROOM = /^\[[\d :-]{19}\] (#\S+) (\S+): ([^]*)$/;
const SENT_ELSEWHERE = /^\[[\d :-]{19}\] (\S+) -> (\S+): ([^]*)$/;
const DIRECT = /^\[[\d :-]{19}\] (\S+): ([^]*)$/;
const STORED = /^\[Stored\] \[[\d :-]{19}\]\[(\S+?)(?: (#\S+))?\] '([^]*)'$/;
const OFFLINE = /^User '(.+)' is offline\. Message saved\.$/;
const JOINED = /^\* You joined (#\S+)\. /;

export class TextClient extends RecordingClient {
  readonly #rooms = new Map<string, boolean>();
  /** Said on this connection, and not known to be stored; by receiver. */
  readonly #direct = new Map<string, Message[]>();
  #onThisConnection: Message[] = [];
  #welcomedOn = 0;
  #room = LOBBY;
  #texts = 0;

  constructor(history: History, name: string, options: ClientOptions) {
    super(history, name, options, "position");
  }

  override async connect(): Promise<boolean> {
    this.#direct.clear();
    this.#onThisConnection = [];
    this.#room = LOBBY;
    if (!await this.dial()) return false;
    this.log.joining(LOBBY);
    this.send(this.user);
    for (const [room, isJoined] of this.#rooms) if (!isJoined) this.send(`/join ${room}`);
    return await this.until(() => this.#welcomedOn === this.log.connection, "logs in");
  }

  /** Where it speaks. */
  get room(): string {
    return this.#room;
  }

  /** Says it in the room where it is, or to a user, if it is connected. */
  say(destination: string, text = `line ${++this.#texts} of ${this.name}`): Message {
    if (destination.startsWith("#") && destination !== this.#room) throw new Error(`it is in ${this.#room}`);
    const message = this.log.says({ conversation: conversationOf(this.user, destination), text });
    this.#onThisConnection.push(message);
    if (destination.startsWith("#")) {
      this.send(` ${text}`);
    } else {
      this.#direct.set(destination, [...this.#direct.get(destination) ?? [], message]);
      this.send(`${destination}: ${text}`);
    }
    return message;
  }

  /** True when it is there. Joins with the next connection where this one ends first. */
  async join(room: string): Promise<boolean> {
    this.#rooms.set(room, false);
    this.log.joining(room);
    this.send(`/join ${room}`);
    return await this.until(() => this.#rooms.get(room) === true, `joins ${room}`);
  }

  /**
   * Ends; where nothing broke it, all that was said on this connection was taken.
   * @param wasCut tells where something between it and the server ended it, which looks the same from here
   */
  override async finish(wasCut: () => boolean = () => false): Promise<void> {
    const { connection } = this.log;
    await super.finish();
    if (wasCut()) this.log.brokenOff();
    if (this.log.broken.has(connection)) return;
    for (const message of this.#onThisConnection) this.log.acknowledged(message, 0);
  }

  protected override take(line: string): void {
    // The end of its last connection was not noticed yet.
    if (line.startsWith("! name_in_use")) this.send(this.user);
    if (line.startsWith(`* Welcome, ${this.user}.`)) this.#welcomed();
    const joined = JOINED.exec(line);
    if (joined) this.#joined(joined[1]!);
    const offline = OFFLINE.exec(line);
    // Where the receiver came in meanwhile a later one is meant, and then this one is stored all the more.
    const message = offline && this.#direct.get(offline[1]!)?.shift();
    if (message) this.log.acknowledged(message, 0);
    this.#takeMessage(line);
  }

  #takeMessage(line: string): void {
    const stored = STORED.exec(line);
    if (stored) return this.#received(stored[1]!, stored[2] ?? this.user, stored[3]!, "resumed");
    const inRoom = IN_ROOM.exec(line);
    if (inRoom) return this.#received(inRoom[2]!, inRoom[1]!, inRoom[3]!, "live");
    const own = SENT_ELSEWHERE.exec(line);
    if (own) return this.#received(own[1]!, own[2]!, own[3]!, "live");
    const direct = DIRECT.exec(line);
    if (direct) this.#received(direct[1]!, this.user, direct[2]!, "live");
  }

  #received(sender: string, destination: string, text: string, via: "live" | "resumed"): void {
    const said = { sender, conversation: conversationOf(sender, destination), text };
    this.log.received(said, 0, via);
    this.heard(text);
    this.onMessage({ sender, text, via });
  }

  #welcomed(): void {
    this.log.joined(LOBBY, 0);
    this.log.caughtUp(0);
    this.#welcomedOn = this.log.connection;
  }

  #joined(room: string): void {
    this.#room = room;
    this.#rooms.set(room, true);
    this.log.joined(room, 0);
  }
}
