/** One TCP connection: bytes in as they come, bytes out gathered until the end of the turn. */

import { Buffer } from "node:buffer";

/** An idle connection reads into this. */
const MIN_READ = 4 * 1024;
/** One under load into this: larger is slower again, since it no longer fits the caches. */
const LOAD_READ = 64 * 1024;
/** What comes in one piece, such as a frame, may be as large. */
const MAX_READ = 16 * 1024 * 1024;
const MIN_WRITE = 1024;

export interface LinkEvents {
  /** Bytes 0 to `end` are there, those left over from before first; returns where the rest begins, which comes again. */
  read(bytes: Buffer, end: number): number;
  /** The connection has ended; called once, and not after `close`. */
  ended(reason: string): void;
}

export class Link {
  readonly #conn: Deno.TcpConn;
  #events!: LinkEvents;
  #in = Buffer.allocUnsafe(MIN_READ);
  #filled = 0;
  #out = Buffer.allocUnsafe(MIN_WRITE);
  #outEnd = 0;
  /** The other buffer for output: one is filled while one is written. */
  #spare = Buffer.allocUnsafe(MIN_WRITE);
  #isWriting = false;
  #isClosed = false;

  /** Rejects where the server cannot be reached. */
  static async open(hostname: string, port: number): Promise<Link> {
    const conn = await Deno.connect({ hostname, port });
    conn.setNoDelay(true);
    return new Link(conn);
  }

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /**
   * Reads until `marker` has come, before `listen`; what follows it is kept for that.
   * @throws Error (rejects) where the connection ends before
   */
  async readThrough(marker: string): Promise<string> {
    while (true) {
      const at = this.#in.subarray(0, this.#filled).indexOf(marker);
      if (at >= 0) return this.#takeText(at + marker.length);
      const read = await this.#conn.read(this.#room(0));
      if (read === null) throw new Error("the server closed the connection");
      this.#filled += read;
    }
  }

  /** Reads from now on, until the connection ends. */
  listen(events: LinkEvents): void {
    this.#events = events;
    this.#readAll().then(
      () => this.#end("the server closed the connection"),
      (error) => this.#end(error instanceof Error ? error.message : String(error)),
    );
  }

  /** Room for so many bytes of output, which the caller fills; they go out with the next `flush`. */
  reserve(length: number): { bytes: Buffer; at: number } {
    const at = this.#outEnd;
    while (at + length > this.#out.length) this.#out = enlarged(this.#out, at);
    this.#outEnd = at + length;
    return { bytes: this.#out, at };
  }

  /** Writes what has gathered; what gathers meanwhile follows. What cannot be sent any more is dropped: reading tells why. */
  flush(): void {
    if (this.#outEnd > 0 && !this.#isWriting) void this.#write();
  }

  /** At once, apart from what is being written. */
  send(message: Uint8Array): void {
    const { bytes, at } = this.reserve(message.length);
    bytes.set(message, at);
    this.flush();
  }

  close(): void {
    this.#isClosed = true;
    try {
      this.#conn.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      while (this.#outEnd > 0) {
        const [bytes, end] = [this.#out, this.#outEnd];
        [this.#out, this.#spare, this.#outEnd] = [this.#spare, bytes, 0];
        for (let at = 0; at < end;) at += await this.#conn.write(bytes.subarray(at, end));
      }
    } catch {
      this.#outEnd = 0;
    } finally {
      this.#isWriting = false;
    }
  }

  async #readAll(): Promise<void> {
    let rest = this.#filled === 0 ? 0 : this.#events.read(this.#in, this.#filled);
    for (let read; (read = await this.#conn.read(this.#room(rest))) !== null;) {
      this.#filled += read;
      rest = this.#events.read(this.#in, this.#filled);
      // A place without room would be read into for ever.
      if (!(rest >= 0 && rest <= this.#filled)) throw new Error(`the rest cannot begin at ${rest}`);
    }
  }

  /** The place for what comes next, after what is left from `rest` on. */
  #room(rest: number): Buffer {
    const left = this.#filled - rest;
    if (this.#filled === this.#in.length) this.#grow(left === this.#filled);
    if (rest > 0 && left > 0) this.#in.copyWithin(0, rest, this.#filled);
    this.#filled = left;
    return left === 0 ? this.#in : this.#in.subarray(left);
  }

  /** After a read that filled the buffer, so that fewer bring more. */
  #grow(isOnePiece: boolean): void {
    const most = isOnePiece ? MAX_READ : LOAD_READ;
    if (this.#in.length < most) this.#in = enlarged(this.#in, this.#filled);
    else if (isOnePiece) throw new Error("the server sent a message without an end");
  }

  #takeText(length: number): string {
    const text = this.#in.toString("latin1", 0, length);
    this.#in.copyWithin(0, length, this.#filled);
    this.#filled -= length;
    return text;
  }

  #end(reason: string): void {
    if (!this.#isClosed) this.#events.ended(reason);
    this.close();
  }
}

function enlarged(old: Buffer<ArrayBuffer>, used: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafe(old.length * 2);
  larger.set(old.subarray(0, used));
  return larger;
}
