/** Shows how a benchmark goes: one line that is drawn anew on a terminal, a plain line for each step elsewhere. */

import { print } from "./progress.ts";

const REDRAW_MS = 250;
const encoder = new TextEncoder();

export class StatusLine implements Disposable {
  readonly #isTerminal = Deno.stdout.isTerminal();
  readonly #startMs = performance.now();
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #step = "";
  #detail = "";
  #progress = "";
  #doneParts = 0;

  constructor() {
    if (this.#isTerminal) this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#clear();
  }

  /** @param donePart of all that is to be done, 0 to 1 */
  step(words: string, donePart: number): void {
    this.#step = words;
    this.detail("");
    this.#doneParts = donePart;
    if (this.#isTerminal) this.#draw();
    else print(`${this.#percent()}  ${words}`);
  }

  /** What the step is at; shown on a terminal only. */
  detail(words: string): void {
    this.#detail = words;
    this.#progress = "";
  }

  /** How that goes; shown on a terminal only. */
  progress(words: string): void {
    this.#progress = words;
  }

  /** A line that stays. */
  say(words: string): void {
    this.#clear();
    print(words);
  }

  #draw(): void {
    const width = columns();
    const elapsed = clock((performance.now() - this.#startMs) / 1000);
    const line = [`${this.#percent()}  ${elapsed}`, this.#step, this.#detail, this.#progress].filter(Boolean)
      .join("  ");
    Deno.stdout.writeSync(encoder.encode(`\r\x1b[K${line.slice(0, width - 1)}`));
  }

  #percent(): string {
    return `${Math.floor(this.#doneParts * 100)} %`.padStart(5);
  }

  #clear(): void {
    if (this.#isTerminal) Deno.stdout.writeSync(encoder.encode("\r\x1b[K"));
  }
}

function columns(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 80;
  }
}

/** `1:05` */
function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}
