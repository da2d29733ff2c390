/** What was typed and not sent yet, per conversation; kept in this browser, and the same in all of its tabs. */

import { signal } from "@preact/signals";
import { userKey } from "../../../protocol/names.ts";
import { database } from "../storage/database.ts";
import type { TypedRecord } from "../storage/kept_records.ts";
import { conversationKey } from "../keys.ts";
import { type Notice, tabs } from "../storage/tabs.ts";

/** Where the user typed in this tab so lately, another tab does not change the text under their hands. */
const HANDS_OFF_MS = 1_500;

export class TypedText {
  #user = "";
  readonly #texts = signal<ReadonlyMap<string, string>>(new Map());
  /** When the user last typed here, by conversation. */
  readonly #typedAt = new Map<string, number>();
  /** What is to be kept and is not on its way yet. */
  readonly #due = new Map<string, TypedRecord>();
  #isKeeping = false;
  readonly #stopListening = tabs.listen((notice) => this.#hear(notice));

  /** Takes up what was kept for this user. */
  async restore(user: string): Promise<void> {
    this.setUser(user);
    const kept = await database.typedBy(this.#user);
    // What was typed meanwhile is newer.
    this.#texts.value = new Map([
      ...kept.map(({ conversation, text }) => [conversation, text] as const),
      ...this.#texts.value,
    ]);
  }

  /** Whose texts these are. */
  setUser(user: string): void {
    this.#user = userKey(user);
  }

  of(name: string): string {
    return this.#texts.value.get(conversationKey(name)) ?? "";
  }

  set(name: string, text: string): void {
    const conversation = conversationKey(name);
    this.#show(conversation, text);
    if (this.#user === "") return;
    const record = { user: this.#user, conversation, text };
    this.#typedAt.set(conversation, performance.now());
    this.#due.set(conversation, record);
    tabs.tell({ kind: "typed", ...record });
    if (!this.#isKeeping) void this.#keep();
  }

  /** The conversations with text that waits to be sent, by their keys. */
  get conversations(): readonly string[] {
    return [...this.#texts.value].filter(([, text]) => text.trim() !== "").map(([key]) => key);
  }

  close(): void {
    this.#stopListening();
    this.#due.clear();
  }

  /** At once, but for what is typed while that goes on: it follows in one piece. */
  async #keep(): Promise<void> {
    this.#isKeeping = true;
    // A message that was just sent is kept as unsent before its text is forgotten here.
    await Promise.resolve();
    while (this.#due.size > 0) {
      const records = [...this.#due.values()];
      this.#due.clear();
      await database.keepTyped(records);
    }
    this.#isKeeping = false;
  }

  #hear(notice: Notice): void {
    if (notice.kind !== "typed" || notice.user !== this.#user) return;
    const typedAt = this.#typedAt.get(notice.conversation) ?? -Infinity;
    const isTyping = document.hasFocus() && performance.now() - typedAt < HANDS_OFF_MS;
    if (!isTyping) this.#show(notice.conversation, notice.text);
  }

  #show(conversation: string, text: string): void {
    this.#texts.value = new Map(this.#texts.value).set(conversation, text);
  }
}
