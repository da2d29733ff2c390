/**
 * All that one signed-in user has on the page: the client, and what it tells, sorted into the parts that the views read.
 */

import { batch, computed, effect, signal, untracked } from "@preact/signals";
import type { Connect } from "../../client/transport.ts";
import {
  ChatClient,
  type ChatClientOptions,
  type ClientStatus,
  type Hold,
} from "../../client/chat_client.ts";
import type { Envelope, Metadata } from "../../protocol/message.ts";
import { PROTOCOL } from "../../protocol/version.ts";
import { requireRoomName, requireUserName, userKey } from "../../protocol/names.ts";
import { AI_BOTS } from "./services/ai_bots.ts";
import { Announcements } from "./reading/announcements.ts";
import { type Conversation, readSeqOf, unreadIn } from "./conversations.ts";
import { database } from "./storage/database.ts";
import { pageBackoff } from "./connecting.ts";
import { Directory } from "./directory.ts";
import { Feeds } from "./services/feeds.ts";
import { incoming } from "./incoming.ts";
import {
  conversationName,
  conversationOf,
  isFeed,
  isRoom,
  isSameConversation,
  isSameUser,
  sourceOf,
} from "./keys.ts";
import { join } from "./membership.ts";
import { Navigation } from "./finding/navigation.ts";
import { Notifications } from "./notifying/notifications.ts";
import { OfflineCopy } from "./storage/offline_copy.ts";
import { ReadMarkers } from "./reading/read_markers.ts";
import { Search } from "./finding/search.ts";
import { ServicesFacts } from "./services/service_facts.ts";
import { tell } from "./toast.ts";
import { Timelines } from "./reading/timelines.ts";
import type { Page, Timeline } from "./reading/timeline.ts";
import { TypedText } from "./writing/typed_text.ts";
import { TypingSignal } from "./writing/typing_signal.ts";
import { Unsent } from "./writing/unsent.ts";
import { words } from "./words.ts";
import { Writing } from "./writing/writing.ts";

const NOT_LASTING =
  "This browser keeps nothing for this page. What you type and what is not sent yet is lost when the page is closed.";
/** So many messages are surely among the newest that are loaded first. */
const NEWEST_PAGE = 40;

export class Chat {
  readonly client: ChatClient;
  readonly directory: Directory;
  readonly timelines: Timelines;
  readonly readMarkers: ReadMarkers;
  readonly feeds: Feeds;
  readonly services = new ServicesFacts();
  readonly search: Search;
  readonly writing: Writing;
  readonly typing: TypingSignal;
  readonly navigation = new Navigation(this);
  readonly notifications: Notifications;
  readonly status = signal<ClientStatus>({ state: "connecting", attempt: 1 });
  readonly me = signal("");
  readonly isProtected = signal(false);
  readonly isGuest = signal(false);
  /** The server speaks another version of the protocol by now: only the page that it has now understands it. */
  readonly isOutdated = signal(false);
  /** The message that was jumped to. */
  readonly target = signal<number | undefined>(undefined);
  readonly typed = new TypedText();
  readonly unsent: Unsent;
  /** Why nothing is sent just now although there is a connection, and for how long. */
  readonly hold = signal<Hold | undefined>(undefined);
  /** Whether what is said goes out at once. */
  readonly isSending = computed(() => this.status.value.state === "online" && !this.hold.value);
  readonly announcements = new Announcements();

  readonly #copy: OfflineCopy;
  readonly #incoming = incoming(this);
  #epoch = "";
  #hasTakenUp = false;
  #hasWarned = false;
  #lastOpen = "";
  #openedFirst = "";
  #stopWarning: (() => void) | undefined;

  constructor(connect: Connect, login: ChatClientOptions["login"]) {
    this.client = new ChatClient({ connect, login, backoff: pageBackoff }, this.#incoming.events);
    this.feeds = new Feeds(this.client, (source, page) => this.#copy.takeNewest(source, page));
    this.directory = new Directory(this.client, (messages) => this.#noteListed(messages));
    this.timelines = new Timelines({
      client: this.client,
      me: () => this.#name,
      onLoaded: (messages) => this.#noteLoaded(messages),
      onNewest: (source, page) => this.#copy.takeNewest(source, page),
    });
    this.unsent = new Unsent({
      client: this.client,
      timelines: this.timelines,
      onWaiting: (destination) => !isRoom(destination) && this.conversations.add(destination),
      onStored: (destination, message) => this.#stored(destination, message),
      onRefused: (text, problem) => this.announcements.refused(text, problem),
    });
    this.#copy = new OfflineCopy(this);
    this.readMarkers = new ReadMarkers(
      this.client,
      this.conversations,
      () => this.directory.conversationsChanged(),
    );
    this.search = new Search(this.client);
    this.notifications = new Notifications(this);
    this.writing = new Writing(this.client);
    this.typing = new TypingSignal(this.client);
  }

  get conversations(): Directory["conversations"] {
    return this.directory.conversations;
  }

  get presence(): Directory["presence"] {
    return this.directory.presence;
  }

  /** Takes up what this browser kept for `user`. Resolves with whether that is enough to be shown before there is a connection. */
  async restore(user: string): Promise<boolean> {
    const restored = await this.#copy.restore(user);
    if (!restored) return false;
    const { overview, pages } = restored;
    this.#epoch = overview.epoch;
    this.me.value = overview.name;
    this.isProtected.value = overview.isProtected;
    this.isGuest.value = overview.isGuest;
    this.presence.add(overview.bots.map((bot) => ({ user: bot, online: false, bot: true })));
    this.conversations.replace(overview.rows);
    for (const page of pages) this.#restorePage(page.source, page);
    await this.#takeUp();
    this.#lastOpen = overview.current;
    return true;
  }

  /** Opens what the address asks for, or what was open last, without the server. */
  openRestored(): void {
    this.#openedFirst = this.navigation.nearestKnown() ?? this.#lastOpen;
    if (this.#openedFirst !== "") this.open(this.#openedFirst);
  }

  /** Resolves when everything is there to be shown. */
  async start(): Promise<void> {
    const { metadata } = await this.client.start();
    this.welcomed(metadata);
    const rooms = metadata.rooms as string[];
    for (const room of rooms) this.conversations.add(room);
    await this.#takeUp();
    // With a conversation open they are fetched as the connection comes; where it is gone again already, when it is back.
    if (this.conversations.currentName.value === "") await this.directory.refresh().catch(() => {});
    const isElsewhere = this.conversations.currentName.value !== this.#openedFirst;
    await this.navigation.begin(isElsewhere);
    const isThere = this.conversations.current.value || this.navigation.obstacle.value;
    if (!isThere && rooms[0] !== undefined) this.open(rooms[0]);
  }

  close(): void {
    this.#incoming.close();
    this.navigation.close();
    this.notifications.close();
    this.#stopWarning?.();
    this.#copy.close();
    this.unsent.close();
    this.typed.close();
    this.timelines.close();
    this.directory.close();
    this.readMarkers.close();
    this.announcements.close();
    void this.client.close();
  }

  /** Calls `changed` whenever the name or the token is another one. */
  onCredentials(changed: (user: string, token: string) => void): () => void {
    return effect(() => {
      if (this.me.value !== "" && this.client.token !== "") changed(this.me.value, this.client.token);
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
    this.announcements.forgetWaiting();
    this.#loadUnread(conversation);
    if (isRoom(name)) this.directory.refreshMembers(name).catch(() => {});
  }

  /** Shows a message among those around it. */
  async jumpTo(message: Envelope): Promise<void> {
    const name = conversationOf(message, this.me.value);
    if (isRoom(name) && !this.conversations.find(name)) await join(this, name);
    this.open(name);
    if (message.type === "subscription") await this.feeds.of(name).goTo(message);
    else await this.timelines.loadAround(name, sourceOf(message, this.me.value), message.seq ?? 0);
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
    this.#post(name, text, false);
  }

  /** Asks the AI bot: in a room for all to see, in a direct conversation the bot itself. */
  ask(destination: string, question: string): void {
    const name = isRoom(destination) ? destination : this.aiBot;
    if (!isRoom(destination)) return this.say(name, question);
    this.#post(name, question, true);
  }

  /** The AI bot that this server has. */
  get aiBot(): string {
    const isThere = (name: string) => this.presence.isOnline(name);
    return AI_BOTS.find(isThere) ?? AI_BOTS.find((name) => this.conversations.find(name)) ?? "aibot";
  }

  /** Says something to this reader alone, in `name` or where they are. */
  notice(text: string, name = this.conversations.current.value?.name): void {
    if (name !== undefined && text !== "") this.timeline(name).addNotice(text);
  }

  /** Does what a button or a typed command asks for, and shows why where that fails. */
  async attempt(action: () => void | Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.complain(words(error));
    }
  }

  /** Says what went wrong, where the user is by now. */
  complain(text: string): void {
    const name = this.conversations.currentName.value;
    if (name === "") tell(text);
    else this.timeline(name).addNotice(text, "error");
  }

  /** Takes what a login says; a log of another epoch makes all that is shown void. */
  welcomed(metadata: Metadata): void {
    const epoch = String(metadata.epoch);
    if (this.#epoch !== "" && this.#epoch !== epoch) {
      this.timelines.clear();
      this.feeds.clear();
      this.conversations.forgetPositions();
    }
    this.#epoch = epoch;
    this.isProtected.value = metadata.protected === true;
    this.isGuest.value = metadata.guest === true;
    this.isOutdated.value = (metadata.server as Metadata | undefined)?.protocol !== PROTOCOL;
    this.#setMe();
  }

  /** A message came. */
  keep(message: Envelope): void {
    this.#copy.receive(message, this.#name);
  }

  /** More was missed than the server sends: what is shown has a hole behind it. */
  missedTooMuch(): void {
    this.timelines.clear();
    this.feeds.clear();
    this.#copy.clear();
  }

  /** Loads what a conversation shows when it is opened: from its first unread message on, or the newest. */
  #loadUnread(conversation: Conversation): void {
    const { name } = conversation;
    const timeline = this.timeline(name);
    const readSeq = unreadIn(conversation) > 0 ? readSeqOf(conversation) : 0;
    // The newest page holds what is unread, or the timeline goes back to what was read, or nothing was ever read.
    const isNear = unreadIn(conversation) < NEWEST_PAGE || readSeq === 0 ||
      timeline.attached.value && timeline.has(name) &&
        timeline.entries.value.some(({ seq }) => seq !== undefined && seq <= readSeq);
    if (!timeline.attached.value) timeline.clear();
    if (isNear) this.load(name);
    else void this.timelines.loadAround(name, name, readSeq);
  }

  /** Loads the newest of what a conversation shows, where that was not done yet. */
  load(name: string): void {
    if (this.conversations.find(name) && !this.timeline(name).has(name)) {
      void this.timelines.loadNewest(name, name);
    }
  }

  /** A user is called otherwise from now on. */
  userRenamed(old: string, name: string): void {
    this.timelines.rename(old, name);
    this.conversations.rename(old, name);
    this.presence.rename(old, name);
    this.feeds.rename(old, name);
    this.notifications.levels.rename(old, name);
    if (isSameUser(old, this.me.value) || isSameUser(name, this.client.user)) {
      this.#setMe();
    } else this.notice(`${old} is now called ${name}.`);
  }

  #restorePage(source: string, page: Page): void {
    const name = conversationName(source);
    this.services.note(page.messages);
    if (isFeed(source)) this.feeds.of(name).restore(page);
    else this.timeline(name).restore(source, page);
  }

  #noteLoaded(messages: readonly Envelope[]): void {
    this.presence.noteBots(messages);
    this.services.note(messages);
  }

  /** The last message of each conversation; of a service the last reading. */
  #noteListed(messages: readonly Envelope[]): void {
    this.#noteLoaded(messages);
    for (const message of messages) if (message.type === "subscription") this.feeds.receive(message);
  }

  /** Known before a login is through, and from what was kept before there is a connection. */
  get #name(): string {
    return this.client.user || this.me.value;
  }

  #post(name: string, text: string, asks: boolean): void {
    this.returnToPresent(name);
    this.typing.sent();
    this.unsent.post(name, text, asks);
  }

  #stored(destination: string, message: Envelope): void {
    // What others said before it counts before it.
    this.#incoming.takeWaiting();
    this.conversations.noteOwn(destination, message.seq ?? 0);
    this.keep(message);
  }

  /** What the user typed and did not send, or said and is not stored yet; once, when it is known who the user is. */
  async #takeUp(): Promise<void> {
    if (this.#hasTakenUp) return;
    this.#hasTakenUp = true;
    await Promise.all([this.typed.restore(this.me.value), this.unsent.restore(this.me.value)]);
    this.#copy.begin();
    this.#stopWarning = effect(() => {
      if (!database.isLasting.value && this.conversations.currentName.value !== "") this.#warn();
    });
  }

  #warn(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    untracked(() => this.notice(NOT_LASTING));
  }

  #setMe(): void {
    const { user } = this.client;
    const before = userKey(this.me.value);
    if (before !== "" && before !== userKey(user)) void database.renameUser(before, userKey(user));
    this.typed.setUser(user);
    this.unsent.setUser(user);
    this.#copy.setLog(user, this.#epoch);
    this.me.value = user;
  }
}

function requireDestination(text: string): string {
  const trimmed = text.trim();
  return isRoom(trimmed) ? requireRoomName(trimmed) : requireUserName(trimmed);
}
