/** The closed loop: each sender has so many messages on their way; one is done when all have it and it is acknowledged. */

import type { Cast } from "./cast.ts";

export class Window {
  /** A power of two, at least the window: messages of a stream whose places do not meet. */
  readonly #places: number;
  /** By stream and place of the number: what is still due of that message. */
  readonly #due: Int32Array;
  readonly #dueOfEach: number;
  readonly #cast: Cast;
  /** Streams that may send, once for each message. */
  #ready: number[] = [];

  /** @param dueOfEach deliveries and acknowledgements that a message brings */
  constructor(cast: Cast, size: number, dueOfEach: number) {
    this.#cast = cast;
    // Twice the window: a message that is stuck must not meet those that overtake it.
    this.#places = 2 ** Math.ceil(Math.log2(2 * size));
    this.#due = new Int32Array(cast.streams * this.#places);
    this.#dueOfEach = dueOfEach;
    let streams = cast.firstStreams;
    for (let i = 0; i < size; i++) {
      this.#ready.push(...streams);
      streams = streams.map((stream) => cast.nextOf(stream));
    }
  }

  get isReady(): boolean {
    return this.#ready.length > 0;
  }

  /** Calls `send` for each message that may be sent. */
  takeReady(send: (stream: number) => void): void {
    const ready = this.#ready;
    this.#ready = [];
    for (const stream of ready) send(stream);
  }

  sent(stream: number, number: number): void {
    this.#due[this.#place(stream, number)] = this.#dueOfEach;
  }

  /** One receiver has it, or its reply has come. */
  finished(stream: number, number: number): void {
    if (--this.#due[this.#place(stream, number)]! === 0) this.#ready.push(this.#cast.nextOf(stream));
  }

  /** Nothing more will come of it. */
  refused(stream: number, number: number): void {
    this.#due[this.#place(stream, number)] = 0;
    this.#ready.push(this.#cast.nextOf(stream));
  }

  #place(stream: number, number: number): number {
    return stream * this.#places + (number & (this.#places - 1));
  }
}
