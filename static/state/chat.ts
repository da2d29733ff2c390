/**
 * All that one signed-in user has on the page: the client, and what it tells, sorted into the parts that the views read.
 */

import { batch, effect, signal } from "@preact/signals";
import type { Connect } from "../../client/transport.ts";
import { ChatClient, type ChatClientOptions, type ClientStatus } from "../../client/chat_client.ts";
import type { Envelope, Metadata } from "../../protocol/message.ts";
import { requireRoomName, requireUserName } from "../../protocol/names.ts";
import { AI_BOTS } from "./ai_bots.ts";
import { sourcesOf } from "./conversations.ts";
import { Directory } from "./directory.ts";
import { incoming } from "./incoming.ts";
import { conversationKey, conversationOf, isRoom, isSameConversation, isSameUser, sourceOf } from "./keys.ts";
import type { Person } from "./presence.ts";
import { Navigation } from "./navigation.ts";
import { Notifications } from "./notifications.ts";
import { ReadMarkers } from "./read_markers.ts";
import { Search } from "./search.ts";
import { Timelines } from "./timelines.ts";
import type { Timeline } from "./timeline.ts";
import { TypedText } from "./typed_text.ts";
import { words } from "./words.ts";

const TYPING_EVERY_MS = 3_000;

export class Chat {
  readonly client: ChatClient;
  readonly directory: Directory;
  readonly timelines: Timelines;
  readonly readMarkers: ReadMarkers;
  readonly search: Search;
  readonly navigation = new Navigation(this);
  readonly notifications: Notifications;
  readonly status = signal<ClientStatus>({ state: "connecting", attempt: 1 });
  readonly me = signal("");
  readonly isProtected = signal(false);
  readonly isGuest = signal(false);
  /** The message that was jumped to. */
  readonly target = signal<number | undefined>(undefined);
  readonly typed = new TypedText();

  #epoch = "";
  #lastTyping = 0;

  constructor(connect: Connect, login: ChatClientOptions["login"]) {
    this.client = new ChatClient({ connect, login }, incoming(this));
    this.directory = new Directory(this.client);
    this.timelines = new Timelines(this.client, (messages) => this.presence.noteBots(messages));
    this.readMarkers = new ReadMarkers(this.client, this.conversations);
    this.search = new Search(this.client);
    this.notifications = new Notifications(this);
  }

  get conversations(): Directory["conversations"] {
    return this.directory.conversations;
  }

  get presence(): Directory["presence"] {
    return this.directory.presence;
  }

  /** Resolves when everything is there to be shown. */
  async start(): Promise<void> {
    const { metadata } = await this.client.start();
    this.welcomed(metadata);
    const rooms = metadata.rooms as string[];
    for (const room of rooms) this.conversations.add(room);
    // Where the connection is gone again already, the lists are fetched when it is back.
    await this.directory.refresh().catch(() => {});
    await this.navigation.begin();
    const isThere = this.conversations.current.value || this.navigation.obstacle.value;
    if (!isThere && rooms[0] !== undefined) this.open(rooms[0]);
  }

  close(): void {
    this.navigation.close();
    this.notifications.close();
    this.timelines.close();
    this.directory.close();
    this.readMarkers.close();
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
    const conversation = batch(() => {
      this.navigation.obstacle.value = undefined;
      this.target.value = undefined;
      return this.conversations.open(name);
    });
    const timeline = this.timeline(name);
    if (!timeline.attached.value) timeline.clear();
    this.load(conversation.name);
    if (isRoom(name)) this.directory.refreshMembers(name).catch(() => {});
  }

  /** Shows a message among those around it. */
  async jumpTo(message: Envelope): Promise<void> {
    const name = conversationOf(message, this.me.value);
    if (isRoom(name) && !this.conversations.find(name)) await this.join(name);
    this.open(name);
    await this.timelines.loadAround(name, sourceOf(message, this.me.value), message.seq ?? 0);
    // Meanwhile the user may have gone on.
    if (isSameConversation(name, this.conversations.currentName.value)) this.target.value = message.seq;
  }

  /** Back from the past to the newest messages. */
  returnToPresent(name: string): void {
    const timeline = this.timeline(name);
    this.target.value = undefined;
    if (timeline.attached.value) return;
    timeline.clear();
    this.load(name);
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

  /** Joins a room, making it if there is none, and shows it. */
  async join(room: string): Promise<void> {
    const { metadata } = await this.client.command(`/join ${requireRoomName(room)}`);
    const name = String(metadata.room);
    const messages = metadata.messages as Envelope[];
    this.conversations.add(name);
    this.presence.noteBots(messages);
    this.timeline(name).addPage(name, { messages, more: metadata.more === true });
    this.directory.setMembers(name, metadata.members as Person[]);
    await this.directory.refreshConversations();
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
    if (this.conversations.current.value?.key === conversationKey(user)) this.load(user);
  }

  async unsubscribe(user: string): Promise<void> {
    const { message } = await this.client.command(`/unsubscribe ${user}`);
    this.conversations.setSubscribed(user, false);
    this.notice(message, user);
  }

  async rename(name: string): Promise<void> {
    await this.client.command(`/nick ${name}`);
    this.userRenamed(this.me.value, this.client.user);
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

  /** Takes what a login says; a log of another epoch makes all that is shown void. */
  welcomed(metadata: Metadata): void {
    const epoch = String(metadata.epoch);
    if (this.#epoch !== "" && this.#epoch !== epoch) this.timelines.clear();
    this.#epoch = epoch;
    this.isProtected.value = metadata.protected === true;
    this.isGuest.value = metadata.guest === true;
    this.#setMe();
  }

  /** Loads the newest of what a conversation shows, where that was not done yet. */
  load(name: string): void {
    const conversation = this.conversations.find(name);
    const timeline = this.timeline(name);
    for (const source of conversation ? sourcesOf(conversation) : []) {
      if (!timeline.has(source)) void this.timelines.loadNewest(name, source);
    }
  }

  /** A user is called otherwise from now on. */
  userRenamed(old: string, name: string): void {
    this.timelines.rename(old, name);
    this.conversations.rename(old, name);
    this.presence.rename(old, name);
    this.notifications.levels.rename(old, name);
    if (isSameUser(old, this.me.value) || isSameUser(name, this.client.user)) {
      this.#setMe();
    } else this.notice(`${old} is now called ${name}.`);
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

  #left(room: string): void {
    const wasOpen = this.conversations.current.value?.key === conversationKey(room);
    this.conversations.remove(room);
    this.timelines.drop(room);
    const next = this.conversations.all.value.find(({ kind }) => kind === "room");
    if (wasOpen && next) this.open(next.name);
  }

  #setMe(): void {
    this.typed.setUser(this.client.user);
    this.me.value = this.client.user;
  }
}

function requireDestination(text: string): string {
  const trimmed = text.trim();
  return isRoom(trimmed) ? requireRoomName(trimmed) : requireUserName(trimmed);
}
