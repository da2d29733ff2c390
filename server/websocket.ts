/**
 * Connections over WebSocket, on `Deno.upgradeWebSocket`. What is weak there in Deno 2.9 is worked around here: it has no
 * pause, so what comes while the session is busy waits in a bounded queue; it tells nothing when its buffer drains, so that is
 * looked up, first when the event loop has turned and written it; it cannot drop a peer that does not read, so such a one is left to
 * its idle timeout; `close` events can come twice.
 */

import { Buffer } from "node:buffer";
import { setImmediate } from "node:timers";
import { ChatError } from "../protocol/errors.ts";
import type { Line } from "../protocol/lines.ts";
import { LIMITS } from "../protocol/message.ts";
import type { Chunk } from "./chunk.ts";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { nextTurn } from "./event_loop.ts";

/** Frames with several envelopes, separated by line breaks. */
export const LINES_PROTOCOL = "parley.v1.lines";

/** With less than this on the way, the next may be sent; an outbox counts it too. */
const BUFFERED_BYTES = 256 * 1024;
const DRAIN_POLL_MS = 10;
/** Lines handed over at once, so that `backlog` tells how many wait. */
const LINES_AT_ONCE = 64;
/** With so much, or so many lines, the reader is woken at once; else when all that came in the same turn is there. */
const BYTES_AT_ONCE = 64 * 1024;
/** Where each envelope is a write of its own: with more at once, 100 receivers would keep everything else waiting for long. */
const FRAMES_AT_ONCE = 64;
/** Memory that may wait to be read: a peer that sends more gets nothing but a close. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** What a frame costs beside its text: an empty one takes memory too, and the error for a refused one holds a stack. */
const FRAME_BYTES = 64;
const REFUSED_BYTES = 2048;

export class WebSocketConnection implements Connection {
  readonly transport = "websocket";
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #isBatched: boolean;
  #waiting: Line[] = [];
  #waitingBytes = 0;
  /** Ends the wait of `opened` or `lines`. */
  #wake: (() => void) | null = null;
  #isWaking = false;
  /** Of the write under way, what the socket has not got yet. */
  #unsent: string[] = [];
  /** Nothing more is read; what is due to the peer still goes out while the socket is open. */
  #hasEnded = false;

  /** @param socket as `Deno.upgradeWebSocket` gives it, before it is open */
  constructor(
    socket: WebSocket,
    readonly remoteAddress: string,
    { clock, isBatched }: { clock: Clock; isBatched: boolean },
  ) {
    this.#socket = socket;
    this.#clock = clock;
    this.#isBatched = isBatched;
    socket.onmessage = ({ data }) => this.#received(data);
    socket.onclose = socket.onerror = () => this.#ended();
  }

  get backlog(): number {
    return this.#waiting.length;
  }

  get buffered(): number {
    return this.#socket.bufferedAmount;
  }

  /** Resolves when the handshake is done; false where it failed. */
  opened(): Promise<boolean> {
    if (this.#isOpen || this.#hasEnded) return Promise.resolve(this.#isOpen);
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#socket.onopen = null;
        resolve(this.#isOpen);
      };
      this.#socket.onopen = () => this.#wakeReader();
    });
  }

  async *lines(): AsyncGenerator<readonly Line[]> {
    for (;;) {
      if (this.#waiting.length > 0) {
        const lines = this.#waiting.splice(0, LINES_AT_ONCE);
        this.#waitingBytes -= lines.reduce((bytes, line) => bytes + weightOf(line), 0);
        yield lines;
      } else if (this.#hasEnded) return;
      else await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  async send(chunks: readonly Chunk[]): Promise<void> {
    this.#unsent = this.#isBatched
      ? chunks.map((chunk) => chunk.text)
      : chunks.flatMap((chunk) => chunk.lines);
    do {
      this.#hand(FRAMES_AT_ONCE);
      await this.#taken();
      if (!this.#isOpen) throw new Error("The WebSocket is closed");
    } while (this.#unsent.length > 0);
  }

  close(reason?: ChatError): void {
    this.#waiting = [];
    this.#ended();
    if (this.#socket.readyState > WebSocket.OPEN) return;
    this.#hand(Infinity);
    try {
      this.#socket.close(closeCode(reason), reason?.code ?? "");
    } catch {
      // It was not open yet, or is closed already.
    }
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Gives the next frames to the socket. */
  #hand(count: number): void {
    if (!this.#isOpen) return;
    for (const frame of this.#unsent.splice(0, count)) this.#socket.send(frame);
  }

  /**
   * Resolves when the system took what the socket got, but for a little. It is written as the event loop turns; to wait for that
   * with little on the way would only keep the next commit from being delivered while the one after it is on its way to the disk.
   */
  async #taken(): Promise<void> {
    if (this.#unsent.length > 0 || this.#socket.bufferedAmount > BUFFERED_BYTES) await nextTurn();
    while (this.#socket.bufferedAmount > BUFFERED_BYTES && this.#isOpen) {
      await new Promise<void>((resolve) => this.#clock.after(DRAIN_POLL_MS, resolve));
    }
  }

  #received(data: unknown): void {
    if (this.#hasEnded) return;
    const line = readFrame(data);
    this.#waiting.push(line);
    this.#waitingBytes += weightOf(line);
    if (line instanceof ChatError && line.closes || this.#waitingBytes > MAX_WAITING_BYTES) {
      this.#hasEnded = true;
    }
    if (this.#hasEnded || this.#waiting.length >= LINES_AT_ONCE || this.#waitingBytes >= BYTES_AT_ONCE) {
      this.#wakeReader();
    } else if (this.#wake) this.#wakeReaderSoon();
  }

  /**
   * Each frame is an event of its own, though many come in one turn: read together they are committed and answered together. Each
   * connection wakes by itself: were all of them woken at once, all would wait for one commit, and nothing be delivered meanwhile.
   */
  #wakeReaderSoon(): void {
    if (this.#isWaking) return;
    this.#isWaking = true;
    setImmediate(() => {
      this.#isWaking = false;
      this.#wakeReader();
    });
  }

  #ended(): void {
    this.#hasEnded = true;
    this.#wakeReader();
  }

  #wakeReader(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}

function readFrame(data: unknown): Line {
  if (typeof data !== "string") {
    return new ChatError("bad_message", "This frame is binary. Send one envelope as a text frame.");
  }
  if (data.length * 3 > LIMITS.lineBytes && Buffer.byteLength(data) > LIMITS.lineBytes) {
    return new ChatError(
      "line_too_long",
      `A message may be ${LIMITS.lineBytes} bytes long; this one is longer.`,
    );
  }
  return data;
}

function weightOf(line: Line): number {
  return typeof line === "string" ? FRAME_BYTES + line.length : REFUSED_BYTES;
}

/** RFC 6455, section 7.4; from 4000 on our own: the error's code stands in the reason. */
function closeCode(reason: ChatError | undefined): number {
  switch (reason?.code) {
    case undefined:
      return 1000;
    case "line_too_long":
      return 1009;
    case "too_many_connections":
      return 1013;
    case "slow_consumer":
      return 1008;
    default:
      return 4000;
  }
}
