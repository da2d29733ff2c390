/**
 * All that one signed-in user has on the page: the client, and what it tells, sorted into the parts that the views read.
 */

import { effect, signal } from "@preact/signals";
import type { Connect } from "../../client/transport.ts";
import { ChatClient, type ChatClientOptions, type ClientStatus } from "../../client/chat_client.ts";
import type { Envelope, Metadata } from "../../protocol/message.ts";
import { requireRoomName, requireUserName } from "../../protocol/names.ts";
import { Conversations, sourcesOf } from "./conversations.ts";
import { conversationKey, conversationOf, isRoom, isSameUser, sourceOf } from "./keys.ts";
import { type Person, Presence } from "./presence.ts";
import { ReadMarkers } from "./read_markers.ts";
import { Search } from "./search.ts";
import { Timelines } from "./timelines.ts";
import type { Timeline } from "./timeline.ts";
import { TypedText } from "./typed_text.ts";
import { words } from "./words.ts";

/** The names under which the AI bot can be there (docs/protocol.md, section 8). */
const AI_BOTS = ["openai", "aibot"];
const TYPING_EVERY_MS = 3_000;
const GATHER_MS = 1_000;

export class Chat {
  readonly client: ChatClient;
  readonly conversations = new Conversations();
  readonly presence = new Presence();
  readonly timelines: Timelines;
  readonly readMarkers: ReadMarkers;
  readonly search: Search;
  readonly status = signal<ClientStatus>({ state: "connecting", attempt: 1 });
  readonly me = signal("");
  readonly isProtected = signal(false);
  readonly isGuest = signal(false);
  /** The message that was jumped to. */
  readonly target = signal<number | undefined>(undefined);
  /** Members of the rooms that were looked at, by the room's key. */
  readonly members = signal<ReadonlyMap<string, readonly Person[]>>(new Map());
  typed = new TypedText("");

  #epoch = "";
  #lastTyping = 0;
  #peopleTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(connect: Connect, login: ChatClientOptions["login"]) {
    this.client = new ChatClient({ connect, login }, {
      message: (message) => this.#message(message),
      notification: (notification) => this.#notification(notification),
      status: (status) => this.#status(status),
    });
    this.timelines = new Timelines(this.client);
    this.readMarkers = new ReadMarkers(this.client, this.conversations);
    this.search = new Search(this.client);
  }

  /** Resolves when everything is there to be shown; `first` is the conversation to open, if the user has it. */
  async start(first: string): Promise<void> {
    const { metadata } = await this.client.start();
    this.#welcomed(metadata);
    const rooms = metadata.rooms as string[];
    for (const room of rooms) this.conversations.add(room);
    // Where the connection is gone again already, the lists are fetched when it is back.
    await this.#refresh().catch(() => {});
    const name = first !== "" && (!isRoom(first) || this.conversations.find(first)) ? first : rooms[0];
    if (name !== undefined) this.open(name);
  }

  close(): void {
    this.timelines.close();
    this.presence.close();
    this.readMarkers.close();
    clearTimeout(this.#peopleTimer);
    void this.client.close();
  }

  /** Calls `changed` whenever the name or the token is another one. */
  onCredentials(changed: (user: string, token: string) => void): () => void {
    return effect(() => {
      if (this.me.value !== "") changed(this.me.value, this.client.token);
    });
  }

  timeline(name: string): Timeline {
    return this.timelines.of(name);
  }

  /** Shows a conversation and loads what it needs. */
  open(name: string): void {
    const conversation = this.conversations.open(name);
    this.target.value = undefined;
    const timeline = this.timeline(name);
    if (!timeline.attached.value) timeline.clear();
    this.#load(conversation.name);
    if (isRoom(name)) void this.loadMembers(name);
  }

  /** Shows a message among those around it. */
  async jumpTo(message: Envelope): Promise<void> {
    const name = conversationOf(message, this.me.value);
    if (isRoom(name) && !this.conversations.find(name)) await this.join(name);
    this.open(name);
    await this.timelines.loadAround(name, sourceOf(message, this.me.value), message.seq ?? 0);
    this.target.value = message.seq;
  }

  /** Back from the past to the newest messages. */
  returnToPresent(name: string): void {
    const timeline = this.timeline(name);
    this.target.value = undefined;
    if (timeline.attached.value) return;
    timeline.clear();
    this.#load(name);
  }

  /**
   * Says `text` to a room or a user.
   * @throws ChatError `bad_name`
   */
  say(destination: string, text: string): void {
    const name = requireDestination(destination);
    this.#post(name, text, (id) => this.client.say(name, text, { id }));
  }

  /** Asks the AI bot: in a room for all to see, in a direct conversation the bot itself. */
  ask(destination: string, question: string): void {
    const name = isRoom(destination) ? destination : this.aiBot;
    if (!isRoom(destination)) return this.say(name, question);
    this.#post(name, question, (id) => this.client.command(`/ask ${question}`, { destination: name, id }));
  }

  /** The AI bot that this server has. */
  get aiBot(): string {
    const isThere = (name: string) => this.presence.isOnline(name);
    return AI_BOTS.find(isThere) ?? AI_BOTS.find((name) => this.conversations.find(name)) ?? "aibot";
  }

  isAiBot(name: string): boolean {
    return AI_BOTS.includes(conversationKey(name));
  }

  /** Joins a room, making it if there is none, and shows it. */
  async join(room: string): Promise<void> {
    const { metadata } = await this.client.command(`/join ${requireRoomName(room)}`);
    const name = String(metadata.room);
    this.conversations.add(name);
    this.timeline(name).addPage(name, {
      messages: metadata.messages as Envelope[],
      more: metadata.more === true,
    });
    this.#setMembers(name, metadata.members as Person[]);
    await this.#refreshConversations();
    this.open(name);
  }

  async leave(room: string): Promise<void> {
    const { metadata } = await this.client.command(`/leave ${room}`);
    this.#left(String(metadata.room));
  }

  async subscribe(user: string): Promise<void> {
    const { message } = await this.client.command(`/subscribe ${user}`);
    this.conversations.setSubscribed(user, true);
    this.notice(message, user);
    if (this.conversations.current.value?.key === conversationKey(user)) this.#load(user);
  }

  async unsubscribe(user: string): Promise<void> {
    const { message } = await this.client.command(`/unsubscribe ${user}`);
    this.conversations.setSubscribed(user, false);
    this.notice(message, user);
  }

  async rename(name: string): Promise<void> {
    await this.client.command(`/nick ${name}`);
    this.#renamed(this.me.value, this.client.user);
  }

  async setPassword(next: string, old: string): Promise<void> {
    // The command's arguments are divided by white space.
    if (/\s/.test(next)) throw new Error("A password cannot hold spaces here. Choose one without.");
    await this.client.command(`/password ${next}${old === "" ? "" : ` ${old}`}`);
    this.isProtected.value = true;
  }

  /** Has what was kept for this user delivered, and says how much it was. */
  async checkStored(): Promise<void> {
    const { message } = await this.client.command("/check");
    this.notice(message);
  }

  async loadMembers(room: string): Promise<void> {
    try {
      const { metadata } = await this.client.command(`/users ${room}`);
      this.#setMembers(room, metadata.users as Person[]);
    } catch {
      // The list stays as it was; it is loaded again with the next look at the room.
    }
  }

  /** Says something to this reader alone, in `name` or where they are. */
  notice(text: string, name = this.conversations.current.value?.name): void {
    if (name !== undefined && text !== "") this.timeline(name).addNotice(text);
  }

  /** Does what a button or a typed command asks for, and shows why where that fails. */
  async attempt(action: () => void | Promise<void>): Promise<void> {
    const name = this.conversations.current.value?.name;
    try {
      await action();
    } catch (error) {
      if (name !== undefined) this.timeline(name).addNotice(words(error), "error");
    }
  }

  /** Tells the others that this user is typing, at most every three seconds. */
  tellTyping(destination: string): void {
    if (Date.now() - this.#lastTyping < TYPING_EVERY_MS) return;
    this.#lastTyping = Date.now();
    this.client.signal(`/typing ${destination}`);
  }

  #post(name: string, text: string, send: (id: string) => Promise<Envelope>): void {
    this.returnToPresent(name);
    this.#lastTyping = 0;
    this.timelines.post(name, text, async (id) => {
      const reply = await send(id);
      this.conversations.noteOwn(name, Number(reply.metadata.seq));
      return reply;
    });
  }

  #message(message: Envelope): void {
    const me = this.client.user;
    const name = conversationOf(message, me);
    this.timelines.receive(message);
    if (this.conversations.current.value?.key !== conversationKey(name)) this.timeline(name).trim();
    this.conversations.receive(message, me);
    this.presence.noteSender(message);
  }

  #notification(notification: Envelope): void {
    const { metadata, message } = notification;
    const { code, user, room } = metadata;
    if (code === "draft") this.timelines.receiveDraft(notification);
    else if (code === "typing") this.presence.receiveTyping(notification, this.client.user);
    else if (code === "online" || code === "offline") this.#presenceChanged(String(user), code === "online");
    else if (code === "nick") this.#renamed(String(metadata.old), String(metadata.new));
    else if (code === "member_joined" || code === "member_left") {
      this.#membersChanged(String(room), String(user), message);
    } else if (code === "seen") this.#seen(String(metadata.destination), Number(metadata.seq));
    else if (code === "gap") this.timelines.clear();
    else if (code === "closing" || code === "error") this.notice(message);
  }

  #status(status: ClientStatus): void {
    const wasOnline = this.status.value.state === "online";
    this.status.value = status;
    if (status.state !== "online") return;
    this.#welcomed(status.welcome.metadata);
    this.timelines.dropDrafts();
    const current = this.conversations.current.value;
    if (wasOnline || !current) return;
    // A connection that came back: what was missed has come by itself; the lists and what was cleared are fetched.
    void this.#refresh().catch(() => {});
    this.#load(current.name);
  }

  #welcomed(metadata: Metadata): void {
    const epoch = String(metadata.epoch);
    if (this.#epoch !== "" && this.#epoch !== epoch) this.timelines.clear();
    this.#epoch = epoch;
    if (this.me.value !== this.client.user) this.typed = new TypedText(this.client.user);
    this.isProtected.value = metadata.protected === true;
    this.isGuest.value = metadata.guest === true;
    this.me.value = this.client.user;
  }

  #load(name: string): void {
    const conversation = this.conversations.find(name);
    const timeline = this.timeline(name);
    for (const source of conversation ? sourcesOf(conversation) : []) {
      if (!timeline.has(source)) void this.timelines.loadNewest(name, source);
    }
  }

  async #refresh(): Promise<void> {
    await Promise.all([this.#refreshConversations(), this.#refreshPeople()]);
  }

  async #refreshConversations(): Promise<void> {
    const { metadata } = await this.client.command("/conversations");
    this.conversations.replace(metadata.conversations as Parameters<Conversations["replace"]>[0]);
  }

  async #refreshPeople(): Promise<void> {
    clearTimeout(this.#peopleTimer);
    this.#peopleTimer = undefined;
    const { metadata } = await this.client.command("/users");
    this.presence.setOnline(metadata.users as Person[]);
  }

  #presenceChanged(user: string, online: boolean): void {
    const isNew = !this.presence.find(user);
    this.presence.setUserOnline(user, online);
    // Whether somebody new is a bot stands in the list only; after a restart many come at once.
    if (isNew) this.#peopleTimer ??= setTimeout(() => this.#refreshPeople().catch(() => {}), GATHER_MS);
  }

  #membersChanged(room: string, user: string, message: string): void {
    if (isSameUser(user, this.client.user)) void this.#refreshConversations().catch(() => {});
    if (this.conversations.find(room)) this.notice(message, room);
    if (this.members.value.has(conversationKey(room))) void this.loadMembers(room);
  }

  #setMembers(room: string, members: readonly Person[]): void {
    this.members.value = new Map(this.members.value).set(conversationKey(room), members);
    this.presence.add(members);
  }

  #seen(source: string, seq: number): void {
    const isPartly = this.conversations.markRead(source, seq);
    if (isPartly) void this.#refreshConversations().catch(() => {});
  }

  #left(room: string): void {
    const wasOpen = this.conversations.current.value?.key === conversationKey(room);
    this.conversations.remove(room);
    this.timelines.drop(room);
    const next = this.conversations.all.value.find(({ kind }) => kind === "room");
    if (wasOpen && next) this.open(next.name);
  }

  #renamed(old: string, name: string): void {
    this.timelines.rename(old, name);
    this.conversations.rename(old, name);
    this.presence.rename(old, name);
    if (isSameUser(old, this.me.value) || isSameUser(name, this.client.user)) {
      this.me.value = this.client.user;
    } else this.notice(`${old} is now called ${name}.`);
  }
}

function requireDestination(text: string): string {
  const trimmed = text.trim();
  return isRoom(trimmed) ? requireRoomName(trimmed) : requireUserName(trimmed);
}
