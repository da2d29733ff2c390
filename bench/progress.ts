/** Shows how a run goes: one line that is drawn anew on a terminal, plain lines elsewhere. */

import type { Progress } from "./generator/run.ts";

const encoder = new TextEncoder();
const TERMINAL_MS = 200;
const PLAIN_MS = 2000;

/** For a program whose output is its purpose. */
export function print(text: string): void {
  Deno.stdout.writeSync(encoder.encode(text + "\n"));
}

export class ProgressLine implements Disposable {
  readonly #isTerminal = Deno.stdout.isTerminal();
  readonly #read: () => Progress;
  readonly #timer: ReturnType<typeof setInterval>;
  #before: { atMs: number; delivered: number } = { atMs: performance.now(), delivered: 0 };

  constructor(read: () => Progress) {
    this.#read = read;
    this.#timer = setInterval(() => this.#show(), this.#isTerminal ? TERMINAL_MS : PLAIN_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (this.#isTerminal) Deno.stdout.writeSync(encoder.encode("\r\x1b[K"));
  }

  #show(): void {
    const progress = this.#read();
    const line = progressWords(progress, this.#rate(progress.delivered));
    if (this.#isTerminal) Deno.stdout.writeSync(encoder.encode(`\r\x1b[K${line}`));
    else print(line);
  }

  /** Deliveries a second since the last time. */
  #rate(delivered: number): number {
    const atMs = performance.now();
    const rate = (delivered - this.#before.delivered) / (atMs - this.#before.atMs) * 1000;
    this.#before = { atMs, delivered };
    return rate;
  }
}

export function progressWords(progress: Progress, deliveriesPerSecond: number): string {
  if (progress.phase === "connecting") return `connecting: ${progress.connected} clients are logged in`;
  const seconds = `${progress.elapsedSeconds.toFixed(1)} s`;
  return `${progress.phase}, ${seconds}: ${count(progress.sent)} sent, ${
    count(progress.delivered)
  } delivered ` +
    `(${count(deliveriesPerSecond)}/s), ${count(progress.outstanding)} on their way`;
}

/** `1,234`, and from a million on `1.23 million`. */
export function count(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} million`;
  return Math.round(value).toLocaleString("en-US");
}
