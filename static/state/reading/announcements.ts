/** What a screen reader is told of the open conversation: what others say in it now, and nothing else. */

import { signal } from "@preact/signals";

export interface Announcement {
  readonly key: number;
  readonly text: string;
}

/** What comes within this time of the last words is gathered. */
const GATHER_MS = 1_500;
/** More than this at once is told as a number. */
const MOST_AT_ONCE = 3;
const MOST_KEPT = 30;
const MOST_CHARACTERS = 400;

export class Announcements {
  readonly said = signal<readonly Announcement[]>([]);
  #waiting: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #count = 0;

  /** What somebody else said just now. */
  message(sender: string, text: string): void {
    this.#waiting.push(`${sender}: ${cut(text)}`);
    if (this.#timer === undefined) this.#say();
  }

  /** What the user said was refused, and why. */
  refused(text: string, problem: string): void {
    this.#waiting.push(`Not sent: ${cut(text)}. ${problem}`);
    if (this.#timer === undefined) this.#say();
  }

  /** What was gathered belongs to a conversation that is not open any more. */
  forgetWaiting(): void {
    this.#waiting = [];
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #say(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#timer = waiting.length === 0 ? undefined : setTimeout(() => this.#say(), GATHER_MS);
    if (waiting.length === 0) return;
    const texts = waiting.length > MOST_AT_ONCE ? [`${waiting.length} new messages`] : waiting;
    const fresh = texts.map((text) => ({ key: this.#count += 1, text }));
    this.said.value = [...this.said.value, ...fresh].slice(-MOST_KEPT);
  }
}

function cut(text: string): string {
  const characters = [...text.slice(0, 2 * MOST_CHARACTERS)];
  return characters.length > MOST_CHARACTERS ? `${characters.slice(0, MOST_CHARACTERS).join("")} …` : text;
}
