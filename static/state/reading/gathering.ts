/**
 * What comes faster than it can be drawn is taken together: drawing gets a part of the time, and a key that was pressed is
 * shown first. What comes alone is taken at once.
 */

/** After a drawing the page rests for so many times as long as messages took to be taken and the frame to be painted; the scripts between the two are not counted. */
const REST = 3;
const REST_MS = { least: 30, most: 500 };
/** Whoever pressed a key within this time is about to press the next one, and that is waited for; then there is time to draw. */
const TYPING_MS = 250;

export class Gathering<Item> {
  readonly #take: (items: readonly Item[]) => void;
  readonly #closing = new AbortController();
  #waiting: Item[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Nothing is drawn before, and then not later than when the next key is shown. */
  #restUntil = 0;
  #lastKey = -Infinity;

  /** @param take changes what is shown; drawn in the next frame */
  constructor(take: (items: readonly Item[]) => void) {
    this.#take = take;
    addEventListener("keydown", () => this.#keyPressed(), { capture: true, signal: this.#closing.signal });
  }

  add(item: Item): void {
    this.#waiting.push(item);
    // A page that is not seen draws nothing.
    if (document.hidden) this.flush();
    else if (this.#timer === undefined) this.#plan();
  }

  /** Takes what waits, before something else happens that comes after it. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    const items = this.#waiting;
    this.#waiting = [];
    this.#take(items);
  }

  close(): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #plan(): void {
    const rest = this.#restUntil - performance.now();
    if (rest <= 0) this.#takeAndRest();
    else this.#timer = setTimeout(() => this.#rested(), rest);
  }

  #rested(): void {
    const now = performance.now();
    const typing = Math.min(this.#lastKey, this.#restUntil) + TYPING_MS - now;
    const wait = Math.max(this.#restUntil - now, typing);
    if (wait > 0) this.#timer = setTimeout(() => this.#rested(), wait);
    else this.#takeAndRest();
  }

  #takeAndRest(): void {
    const begin = performance.now();
    this.flush();
    const taken = performance.now() - begin;
    this.#restUntil = begin + REST_MS.least;
    afterFrame((painted) => {
      const rest = Math.min((taken + painted) * REST, REST_MS.most);
      this.#restUntil = performance.now() + Math.max(rest, REST_MS.least);
    });
  }

  /** As soon as it is shown there is the longest time until the next one. */
  #keyPressed(): void {
    this.#lastKey = performance.now();
    afterFrame(() => {
      if (this.#timer === undefined || performance.now() < this.#restUntil) return;
      clearTimeout(this.#timer);
      this.#takeAndRest();
    });
  }
}

/** Tells when the next frame is painted, and how long that took, in milliseconds, after what was to be drawn in it before. */
function afterFrame(then: (painted: number) => void): void {
  requestAnimationFrame(() => {
    const begin = performance.now();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      then(performance.now() - begin);
    };
    port2.postMessage(undefined);
  });
}
