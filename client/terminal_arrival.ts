/** The order in which an arrival is shown: the welcome first, then what was missed, although the client tells of its login when all of that has come. */

export class Arrival {
  #held: (() => void)[] | null = [];

  /** Shows something when the welcome has been shown; at once afterwards. */
  afterwards(show: () => void): void {
    if (this.#held) this.#held.push(show);
    else show();
  }

  /** The welcome has been shown, or never will be: what was held back follows. */
  done(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const show of held) show();
  }
}
