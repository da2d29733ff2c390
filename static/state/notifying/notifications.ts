/**
 * Desktop notifications: one for each conversation, of what came while nobody looked at it. What comes close together is
 * gathered. Of several tabs one shows them; a tab where the conversation is in view tells the others that it was seen.
 */

import { effect } from "@preact/signals";
import type { Envelope } from "../../../protocol/message.ts";
import { userKey } from "../../../protocol/names.ts";
import { addressOf } from "../finding/address.ts";
import type { Chat } from "../chat.ts";
import { unreadIn } from "../conversations.ts";
import { conversationKey, conversationOf, isRoom, isSameUser } from "../keys.ts";
import { isMention } from "../reading/mentions.ts";
import { NotificationLevels } from "./notification_levels.ts";
import { notificationState } from "./notification_permission.ts";
import { show, type Told, withdraw } from "./system_notification.ts";

/** Also the time in which another tab can say that it was seen there: one in which much comes says so 750 ms later. */
const GATHER_MS = 1_000;

/** Only those of the last moment count. */
const SEEN_MAX = 1_000;

/** What one tab tells the others. */
interface Seen {
  readonly user: string;
  readonly seq: number;
}

interface Gathered {
  readonly name: string;
  readonly messages: Envelope[];
}

export class Notifications {
  readonly levels: NotificationLevels;
  readonly #chat: Chat;
  readonly #gathered = new Map<string, Gathered>();
  /** How many messages each notification that is shown stands for. */
  readonly #shown = new Map<string, number>();
  readonly #seenElsewhere = new Set<number>();
  readonly #tabs = new BroadcastChannel("parley.notify");
  readonly #closing = new AbortController();
  #isTeller = false;
  #isWaiting = false;

  constructor(chat: Chat) {
    this.#chat = chat;
    this.levels = new NotificationLevels(chat.me);
    this.#tabs.onmessage = ({ data }: MessageEvent<Seen>) => {
      if (isSameUser(data.user, chat.me.value)) this.#noteSeen(data.seq);
    };
    const { signal } = this.#closing;
    navigator.serviceWorker?.addEventListener("message", ({ data }) => this.#clicked(data), { signal });
    signal.addEventListener("abort", effect(() => this.#withdrawRead()));
  }

  close(): void {
    for (const key of this.#shown.keys()) void withdraw(this.#tag(key));
    this.#closing.abort();
    this.levels.close();
    this.#tabs.close();
  }

  /** Takes a message as it was delivered, never one that was asked for. */
  receive(message: Envelope): void {
    const name = conversationOf(message, this.#chat.me.value);
    if (notificationState.value !== "on" || !this.#isWanted(message, name)) return;
    this.#becomeTeller();
    if (this.#isInView(name)) this.#tabs.postMessage({ user: this.#chat.me.value, seq: message.seq });
    else if (document.hidden || message.metadata.stored !== true) this.#gather(message, name);
  }

  #isWanted(message: Envelope, name: string): boolean {
    const me = this.#chat.me.value;
    if (isSameUser(message.sender, me)) return false;
    const level = this.levels.of(name);
    if (level !== "mentions") return level === "all";
    return isRoom(name) ? isMention(message, me) : message.type === "chat";
  }

  /** It may come before the message itself does. */
  #noteSeen(seq: number): void {
    if (this.#seenElsewhere.size >= SEEN_MAX) this.#seenElsewhere.clear();
    this.#seenElsewhere.add(seq);
  }

  #isInView(name: string): boolean {
    return !document.hidden && this.#chat.conversations.current.value?.key === conversationKey(name);
  }

  #gather(message: Envelope, name: string): void {
    const key = conversationKey(name);
    const gathered = this.#gathered.get(key);
    if (gathered) return void gathered.messages.push(message);
    this.#gathered.set(key, { name, messages: [message] });
    setTimeout(() => void this.#tell(key), GATHER_MS);
  }

  async #tell(key: string): Promise<void> {
    const { name, messages } = this.#gathered.get(key)!;
    this.#gathered.delete(key);
    const unseen = messages.filter(({ seq }) => !this.#seenElsewhere.has(seq!));
    const last = unseen.at(-1);
    if (!last || !this.#isTeller || this.#closing.signal.aborted || this.#isInView(name)) return;
    const count = (this.#shown.get(key) ?? 0) + unseen.length;
    this.#shown.set(key, count);
    await show(this.#told(name, last, count), (told) => this.#open(told));
  }

  #told(name: string, { sender, message, seq }: Envelope, count: number): Told {
    const me = this.#chat.me.value;
    const address = addressOf({ name, seq: seq! });
    return { name, sender, text: message, count, user: me, seq: seq!, address, tag: this.#tag(name) };
  }

  /** What was read, here or elsewhere, needs no telling any more. */
  #withdrawRead(): void {
    const all = this.#chat.conversations.all.value;
    if (this.#shown.size === 0) return;
    for (const conversation of all) {
      if (unreadIn(conversation) > 0 || !this.#shown.delete(conversation.key)) continue;
      void withdraw(this.#tag(conversation.name));
    }
  }

  #clicked(data: unknown): void {
    const { type, told } = data as { type: string; told: Told };
    if (type === "notification_clicked") this.#open(told);
  }

  #open({ user, name, seq }: Told): void {
    if (isSameUser(user, this.#chat.me.value)) void this.#chat.navigation.go({ name, seq });
  }

  /** The first tab that could tell does so until it is closed; then the next one does. */
  #becomeTeller(): void {
    if (this.#isTeller || this.#isWaiting) return;
    this.#isWaiting = true;
    const { signal } = this.#closing;
    navigator.locks.request(`parley.notify ${userKey(this.#chat.me.value)}`, { signal }, () => {
      this.#isTeller = true;
      return new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    }).catch(() => {});
  }

  #tag(name: string): string {
    return `parley ${userKey(this.#chat.me.value)} ${conversationKey(name)}`;
  }
}
