/** Notices a connection that is dead without having ended. */

export interface WatchdogOptions {
  /** How long a reply may take, and how long it may be quiet, in milliseconds. */
  readonly replyTimeoutMs: number;
  /** Called once when a reply is overdue. */
  readonly onOverdue: () => void;
  /** Called when nothing was heard for `replyTimeoutMs` and no reply is due: the time to ask for one. */
  readonly onQuiet: () => void;
}

/** So much later than `replyTimeoutMs` it may be noticed, as a part of it. One timer serves all requests. */
const TICKS = 4;

/**
 * Counts the time of a request from when it became the oldest without a reply: a server that reads a fast sender more
 * slowly answers the last of many late, but it answers them one after the other.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #waiting = new Set<string>();
  #oldestSince = 0;
  #heardAt = performance.now();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#check(performance.now()), options.replyTimeoutMs / TICKS);
  }

  /** A request was sent that has to be answered. */
  sent(id: string): void {
    if (this.#waiting.size === 0) this.#oldestSince = performance.now();
    this.#waiting.add(id);
  }

  answered(id: string): void {
    const [oldest] = this.#waiting;
    this.#waiting.delete(id);
    if (id === oldest) this.#oldestSince = performance.now();
  }

  /** Something came, whatever it was. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #check(now: number): void {
    const { replyTimeoutMs, onOverdue, onQuiet } = this.#options;
    if (this.#waiting.size > 0) {
      if (now - this.#oldestSince < replyTimeoutMs) return;
      this.stop();
      onOverdue();
    } else if (now - this.#heardAt >= replyTimeoutMs) onQuiet();
  }
}
