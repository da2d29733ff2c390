/** A visitor who talks to the AI as a guest: the connection, the questions and their answers, and how much may still be asked. */

import { batch, computed, effect, signal } from "@preact/signals";
import { ChatClient, type ClientStatus } from "../../../client/chat_client.ts";
import { ConnectionLost } from "../../../client/connection_lost.ts";
import { randomId } from "../../../client/request_id.ts";
import { ChatError } from "../../../protocol/errors.ts";
import type { Envelope, Metadata } from "../../../protocol/message.ts";
import { AI_BOTS, isAiBotName } from "./ai_bots.ts";
import { isSameUser } from "../keys.ts";
import { forgetToken, keepToken, keepTurns, keptToken, keptTurns } from "../storage/kept_conversation.ts";
import { connectToServer } from "../server.ts";
import { FORGET, isOpen, newTurn, replace, stored, takeMessage, type Turn } from "./turns.ts";
import { words } from "../words.ts";

/** How often to look whether an AI has come, where there is none. */
const LOOK_EVERY_MS = 15_000;
/** Nothing was heard of an answer for so long: its bot is gone. A question waits in line for a few minutes at most. */
const GIVE_UP_MS = 180_000;
/** setTimeout takes no more. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

export class Asking {
  readonly turns = signal<readonly Turn[]>(keptTurns());
  readonly status = signal<ClientStatus>({ state: "connecting", attempt: 1 });
  /** The AI that is there; "" where there is none, undefined while that is not known. */
  readonly bot = signal<string | undefined>(undefined);
  /** How many questions are left, where that is known. */
  readonly left = signal<number | undefined>(undefined);
  /** When one may ask again, in milliseconds since 1970, where the questions are used up. */
  readonly againAt = signal<number | undefined>(undefined);
  /** What a screen reader is told: each answer once, when it is done. */
  readonly announced = signal("");
  /** The guest of the last visit is gone, and with it what the AI remembers of what is shown. */
  readonly isForgotten = signal(false);

  readonly current = computed(() => this.turns.value.find(isOpen));

  #client: ChatClient;
  /** Questions that the client has, and sends again by itself. */
  readonly #underWay = new Set<string>();
  #lookTimer: ReturnType<typeof setTimeout> | undefined;
  #giveUpTimer: ReturnType<typeof setTimeout> | undefined;
  #againTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#client = this.#connect(keptToken());
    effect(() => keepTurns(this.turns.value));
  }

  start(): void {
    void this.#client.start().catch(() => {});
  }

  retryNow(): void {
    this.#client.retryNow();
  }

  ask(question: string): void {
    const turn = newTurn(randomId(), question);
    this.turns.value = [...this.turns.value, turn];
    void this.#send(turn);
  }

  /** Asks the same again, after a failure. */
  retry(turn: Turn): void {
    this.turns.value = this.turns.value.filter(({ id }) => id !== turn.id);
    this.ask(turn.question);
  }

  /** Ends the answer that is being written. What was written until then stays. */
  stop(): void {
    this.#client.command("/stop").catch((error) => this.announced.value = words(error));
  }

  /** Begins a new conversation with the same guest, so that what is left to be asked stays the same. */
  startOver(): void {
    if (this.current.value) this.stop();
    this.turns.value = [];
    this.isForgotten.value = false;
    this.announced.value = "A new conversation begins.";
    void this.#client.say(this.#addressee, FORGET).catch(() => {});
  }

  get #addressee(): string {
    return this.bot.value || AI_BOTS[0];
  }

  #connect(token: string | undefined): ChatClient {
    // Who only asks has no business in the lobby.
    const login = { lobby: false as const, ...token !== undefined && { token } };
    return new ChatClient({ connect: connectToServer(), login }, {
      message: (message) => this.#hear(message),
      notification: (notification) => this.#hearNotification(notification),
      status: (status) => this.#takeStatus(status),
    });
  }

  #takeStatus(status: ClientStatus): void {
    if (status.state === "closed" && isTokenOver(status.error)) return this.#beginAnew();
    this.status.value = status;
    if (status.state !== "online") return;
    keepToken(this.#client.token);
    this.#dropHalves();
    void this.#catchUp();
  }

  /** A guest's account goes a day after it was last online. What was said stays readable here. */
  #beginAnew(): void {
    forgetToken();
    this.isForgotten.value = this.turns.value.length > 0;
    this.#client = this.#connect(undefined);
    this.start();
  }

  /** After a lost connection the rest of a draft has not come; the whole answer will. */
  #dropHalves(): void {
    this.turns.value = this.turns.value.map((turn) =>
      turn.state === "writing" ? { ...turn, state: "waiting", answer: "" } : turn
    );
  }

  async #catchUp(): Promise<void> {
    try {
      await this.#look();
      for (const bot of AI_BOTS) await this.#readHistory(bot);
      for (const turn of this.turns.value) {
        if (turn.state === "sending" && !this.#underWay.has(turn.id)) void this.#send(turn);
      }
      this.#watchForSilence();
    } catch {
      // The connection is gone again; all of this is done when it is back.
    }
  }

  /** Bots are in no room, so that nobody is told when they come and go: one has to ask. */
  async #look(): Promise<void> {
    clearTimeout(this.#lookTimer);
    const { metadata } = await this.#client.command("/users");
    const online = (metadata.users as { user: string }[]).map(({ user }) => user);
    this.bot.value = AI_BOTS.find((bot) => online.some((user) => isSameUser(user, bot))) ?? "";
    if (this.bot.value === "") this.#lookLater();
  }

  #lookLater(): void {
    clearTimeout(this.#lookTimer);
    this.#lookTimer = setTimeout(() => void this.#look().catch(() => {}), LOOK_EVERY_MS);
  }

  async #readHistory(bot: string): Promise<void> {
    try {
      const { metadata } = await this.#client.command(`/history ${bot} 200`);
      for (const message of metadata.messages as Envelope[]) this.#take(message);
    } catch (error) {
      // No such bot was ever here.
      if (!(error instanceof ChatError)) throw error;
    }
  }

  #hear(message: Envelope): void {
    const before = this.turns.value;
    this.#take(message);
    this.#watchForSilence();
    const seq = message.metadata.answer_to;
    const done = this.turns.value.find((turn) => turn.seq === seq && turn.state === "done");
    const isNew = before.some((turn) => turn.seq === seq && turn.state !== "done");
    if (done && isNew) this.announced.value = `The answer: ${done.answer}`;
  }

  #take(message: Envelope): void {
    const isOwn = isSameUser(message.sender, this.#client.user);
    if (message.type !== "chat" || !isAiBotName(isOwn ? message.destination : message.sender)) return;
    if (message.destination.startsWith("#")) return;
    batch(() => {
      this.turns.value = takeMessage(this.turns.value, message, isOwn);
      if (!isOwn) this.#takeQuota(message.metadata);
    });
  }

  #hearNotification({ metadata }: Envelope): void {
    const { code, user, delta } = metadata;
    const turn = this.current.value;
    if (code !== "draft" || !turn || typeof user !== "string" || typeof delta !== "string") return;
    if (!isAiBotName(user) || String(metadata.destination ?? "").startsWith("#")) return;
    this.#replace({ ...turn, state: "writing", answer: turn.answer + delta });
    this.#watchForSilence();
  }

  async #send(turn: Turn): Promise<void> {
    this.#underWay.add(turn.id);
    try {
      const { metadata } = await this.#client.say(this.#addressee, turn.question, { id: turn.id });
      this.#update(turn.id, (known) => stored(known, Number(metadata.seq)));
      if (metadata.offline === true) this.#botIsAway();
      this.#watchForSilence();
    } catch (error) {
      // Where the page is left, the question is kept and sent by the next one.
      if (!(error instanceof ConnectionLost)) this.#fail(turn.id, words(error));
    } finally {
      this.#underWay.delete(turn.id);
    }
  }

  #botIsAway(): void {
    this.bot.value = "";
    this.#lookLater();
  }

  /** @param metadata of an answer */
  #takeQuota({ questions_left: left, ask_again_at: again }: Metadata): void {
    if (typeof left !== "number") return;
    this.left.value = left;
    this.againAt.value = typeof again === "string" && Date.parse(again) > Date.now()
      ? Date.parse(again)
      : undefined;
    clearTimeout(this.#againTimer);
    if (this.againAt.value === undefined) return;
    const wait = Math.min(this.againAt.value - Date.now(), LONGEST_WAIT_MS);
    this.#againTimer = setTimeout(() => {
      this.againAt.value = undefined;
      this.left.value = undefined;
    }, wait);
  }

  #watchForSilence(): void {
    clearTimeout(this.#giveUpTimer);
    if (!this.current.value) return;
    this.#giveUpTimer = setTimeout(() => {
      for (const turn of this.turns.value.filter(isOpen)) this.#fail(turn.id, "No answer came.");
    }, GIVE_UP_MS);
  }

  #fail(id: string, problem: string): void {
    this.#update(id, (turn) => ({ ...turn, state: "failed", problem }));
  }

  #update(id: string, change: (turn: Turn) => Turn): void {
    const known = this.turns.value.find((turn) => turn.id === id);
    if (known) this.#replace(change(known));
  }

  #replace(turn: Turn): void {
    this.turns.value = replace(this.turns.value, turn);
  }
}

function isTokenOver(error: Error | undefined): boolean {
  return error instanceof ChatError && error.code === "bad_credentials";
}
