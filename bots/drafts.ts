/** Shows answers while they are written: what was added since the last time, a few times a second. */

import type { BotClock, Question } from "./bot.ts";

/** The protocol allows 10 a second; all drafts of a bot take turns in them. */
export const DRAFT_INTERVAL_MS = 110;

/** UTF-16 units in one delta: escaped as JSON at most 6 bytes each, which keeps the metadata under 4 KiB. */
const MAX_DELTA_UNITS = 600;

export interface DraftPart {
  readonly place: string;
  /** The seq of the question. */
  readonly answerTo: number;
  readonly draft: string;
  readonly delta: string;
}

export class Drafts {
  /** Drafts with text that was not sent, in the order of their turns. */
  readonly #unsent: Draft[] = [];
  #cancel: (() => void) | undefined;
  /** When the next part may be sent. */
  #nextAt = 0;

  readonly #send: (part: DraftPart) => void;
  readonly #clock: BotClock;

  constructor(send: (part: DraftPart) => void, clock: BotClock) {
    this.#send = send;
    this.#clock = clock;
  }

  begin(question: Question): Draft {
    return new Draft(question, (draft) => this.#enqueue(draft), (draft) => this.#remove(draft));
  }

  #enqueue(draft: Draft): void {
    if (!this.#unsent.includes(draft)) this.#unsent.push(draft);
    this.#cancel ??= this.#clock.after(this.#waitFor(draft), () => this.#tick());
  }

  /** A new draft waits for more than its first letters, or for the whole answer, where that comes at once. */
  #waitFor(draft: Draft): number {
    if (draft.isNew) return DRAFT_INTERVAL_MS;
    return Math.min(DRAFT_INTERVAL_MS, Math.max(0, this.#nextAt - this.#clock.now()));
  }

  #remove(draft: Draft): void {
    const at = this.#unsent.indexOf(draft);
    if (at >= 0) this.#unsent.splice(at, 1);
    if (this.#unsent.length > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #tick(): void {
    this.#cancel = undefined;
    const draft = this.#unsent.shift();
    if (!draft) return;
    this.#nextAt = this.#clock.now() + DRAFT_INTERVAL_MS;
    this.#send(draft.take());
    if (draft.hasUnsent) this.#unsent.push(draft);
    if (this.#unsent.length > 0) this.#cancel = this.#clock.after(DRAFT_INTERVAL_MS, () => this.#tick());
  }
}

/** One answer that is being written. */
export class Draft {
  /** Another one each time, so that an answer begun anew after a restart does not continue the old draft. */
  readonly id: string;
  #unsent = "";
  #hasBegun = false;

  readonly #question: Question;
  readonly #wrote: (draft: Draft) => void;
  readonly #ended: (draft: Draft) => void;

  constructor(question: Question, wrote: (draft: Draft) => void, ended: (draft: Draft) => void) {
    this.#question = question;
    this.#wrote = wrote;
    this.#ended = ended;
    this.id = `draft-${question.seq}-${crypto.randomUUID().slice(0, 8)}`;
  }

  /** Nothing of it was sent yet. */
  get isNew(): boolean {
    return !this.#hasBegun;
  }

  get hasUnsent(): boolean {
    return this.#unsent !== "";
  }

  write(piece: string): void {
    if (piece === "") return;
    this.#unsent += piece;
    this.#wrote(this);
  }

  /** The next part to send. */
  take(): DraftPart {
    this.#hasBegun = true;
    const length = endOfPart(this.#unsent);
    const delta = this.#unsent.slice(0, length);
    this.#unsent = this.#unsent.slice(length);
    return { place: this.#question.place, answerTo: this.#question.seq, draft: this.id, delta };
  }

  /** Nothing more is shown: the whole answer is said instead. */
  end(): void {
    this.#unsent = "";
    this.#ended(this);
  }
}

function endOfPart(text: string): number {
  if (text.length <= MAX_DELTA_UNITS) return text.length;
  const last = text.charCodeAt(MAX_DELTA_UNITS - 1);
  const isHighSurrogate = last >= 0xd800 && last < 0xdc00;
  return isHighSurrogate ? MAX_DELTA_UNITS - 1 : MAX_DELTA_UNITS;
}
