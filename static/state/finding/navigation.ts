/** From the address to what is shown, and back: links, a reload, and the browser's own back and forward. */

import { effect, signal } from "@preact/signals";
import { ChatError, type ErrorCode } from "../../../protocol/errors.ts";
import type { Envelope } from "../../../protocol/message.ts";
import { isUserName, requireRoomName } from "../../../protocol/names.ts";
import { addressOf, asksForPlace, type Place, placeIn } from "./address.ts";
import type { Chat } from "../chat.ts";
import { feedOf, isRoom, isSameConversation } from "../keys.ts";
import { words } from "../words.ts";
import { join } from "../membership.ts";

/** Why what the address asks for is not shown. */
export type Obstacle =
  | { readonly kind: "not_a_member"; readonly place: Place }
  | { readonly kind: "no_such_room"; readonly place: Place }
  /** There cannot be such a place. */
  | { readonly kind: "nowhere" }
  /** It could not be found out; trying again may help. */
  | { readonly kind: "failed"; readonly place: Place; readonly problem: string };

export class Navigation {
  /** Set while the address asks for what cannot be shown. */
  readonly obstacle = signal<Obstacle | undefined>(undefined);
  /** The keys of the conversations that were shown, the last one first. */
  readonly visited: string[] = [];
  readonly #chat: Chat;
  /** Set while a place is being gone to: what is shown on the way there has no address. */
  readonly #going = signal<symbol | undefined>(undefined);
  readonly #closers: (() => void)[] = [];
  #keepsAddress = false;

  constructor(chat: Chat) {
    this.#chat = chat;
  }

  /** What can be shown of what the address asks for without asking the server; undefined where that is nothing. */
  nearestKnown(): string | undefined {
    const { name = "" } = placeIn() ?? {};
    if (this.#chat.conversations.find(name)) return name;
    return isUserName(name) ? name : undefined;
  }

  /** Whether all that the address asks for can be shown so. */
  get isKnown(): boolean {
    return !asksForPlace() || this.nearestKnown() !== undefined && placeIn()?.seq === undefined;
  }

  /** Shows what the address asks for, if anything and unless the user went elsewhere, and goes along with it from then on. */
  async begin(isElsewhere = false): Promise<void> {
    if (asksForPlace() && !isElsewhere) await this.#followAddress();
    const follow = () => void this.#followAddress();
    addEventListener("popstate", follow);
    this.#closers.push(() => removeEventListener("popstate", follow));
  }

  /** From now on the address says what is shown. */
  keepAddress(): void {
    if (this.#keepsAddress) return;
    this.#keepsAddress = true;
    this.#closers.push(effect(() => this.#noteVisit(this.#chat.conversations.current.value?.key)));
    let isFirst = true;
    this.#closers.push(effect(() => {
      const { conversations, target } = this.#chat;
      const name = conversations.currentName.value;
      const seq = target.value;
      if (this.obstacle.value || this.#going.value) return;
      write(name === "" ? undefined : { name, ...(seq !== undefined && { seq }) }, isFirst);
      isFirst = false;
    }));
  }

  close(): void {
    for (const close of this.#closers) close();
  }

  async go(place: Place): Promise<void> {
    await this.#onTheWay((isLast) => this.#show(place, isLast));
  }

  /** Shows a message that is known, as one that was found. */
  async goToMessage(message: Envelope): Promise<void> {
    await this.#onTheWay(() => this.#chat.jumpTo(message));
  }

  /** Joins the room that the address asks for and shows the message there, if it names one. */
  async joinAndGo(place: Place): Promise<void> {
    await this.#onTheWay(async (isLast) => {
      await join(this.#chat, place.name);
      await this.#show(place, isLast);
    });
  }

  #noteVisit(key: string | undefined): void {
    if (key === undefined || key === this.visited[0]) return;
    const at = this.visited.indexOf(key);
    if (at >= 0) this.visited.splice(at, 1);
    this.visited.unshift(key);
  }

  async #followAddress(): Promise<void> {
    const place = placeIn();
    if (place) await this.go(place);
    else if (asksForPlace()) this.obstacle.value = { kind: "nowhere" };
  }

  async #show(place: Place, isLast: () => boolean): Promise<void> {
    const { name, seq } = place;
    const isKnown = this.#chat.conversations.find(name) !== undefined;
    if (!isKnown && !isRoom(name) && !isUserName(name)) this.obstacle.value = { kind: "nowhere" };
    else if (!isKnown && isRoom(name)) await this.#findOut(place, isLast);
    else if (seq === undefined) this.#chat.open(name);
    else await this.#showMessage(name, seq, isLast);
  }

  /** A room that the user is not in: whether there is one. */
  async #findOut(place: Place, isLast: () => boolean): Promise<void> {
    try {
      const room = requireRoomName(place.name);
      await this.#chat.client.command(`/history ${room} 1`);
      if (isLast()) this.#chat.open(room);
    } catch (error) {
      if (isLast()) this.obstacle.value = obstacleOf(error, place);
    }
  }

  async #showMessage(name: string, seq: number, isLast: () => boolean): Promise<void> {
    this.#chat.open(name);
    if (this.#chat.timeline(name).entries.value.some((entry) => entry.seq === seq)) {
      this.#chat.target.value = seq;
      return;
    }
    try {
      const message = await this.#messageAt(name, seq);
      if (!isLast()) return;
      if (message) await this.#chat.jumpTo(message);
      else this.#chat.notice("The message of this link is not here, or you may not read it.", name);
    } catch (error) {
      this.#chat.notice(words(error), name);
    }
  }

  /** The message `seq`, said by one of the two or published by the other. */
  async #messageAt(name: string, seq: number): Promise<Envelope | undefined> {
    for (const source of isRoom(name) ? [name] : [name, feedOf(name)]) {
      const [message] = await this.#oneFrom(source, seq);
      if (message?.seq === seq) return message;
    }
    return undefined;
  }

  async #oneFrom(source: string, seq: number): Promise<readonly Envelope[]> {
    try {
      const { metadata } = await this.#chat.client.command(`/history ${source} 1 around=${seq}`);
      return metadata.messages as Envelope[];
    } catch (error) {
      if (isCode(error, "no_such_user")) return [];
      throw error;
    }
  }

  /** `walk` is told whether nothing else was gone to meanwhile. */
  async #onTheWay(walk: (isLast: () => boolean) => Promise<void>): Promise<void> {
    const mine = Symbol();
    const isLast = () => this.#going.value === mine;
    this.#going.value = mine;
    try {
      await walk(isLast);
    } finally {
      if (isLast()) this.#going.value = undefined;
    }
  }
}

/** What was shown before stays behind the back button, but for another place in the same conversation that is left. */
function write(place: Place | undefined, isFirst: boolean): void {
  if (!place) return leaveAddress();
  const address = addressOf(place);
  if (location.hash === address) return;
  const before = placeIn();
  const isStep = before !== undefined &&
    (place.seq !== undefined || !isSameConversation(place.name, before.name));
  if (isStep && !isFirst) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

/** The address of the page itself, as where nothing is open. */
export function leaveAddress(): void {
  history.replaceState(null, "", location.pathname + location.search);
}

function obstacleOf(error: unknown, place: Place): Obstacle {
  if (isCode(error, "not_a_member")) return { kind: "not_a_member", place };
  if (isCode(error, "no_such_room")) return { kind: "no_such_room", place };
  if (isCode(error, "bad_name") || isCode(error, "bad_arguments")) return { kind: "nowhere" };
  return { kind: "failed", place, problem: words(error) };
}

function isCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof ChatError && error.code === code;
}
