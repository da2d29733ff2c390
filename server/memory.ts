/** A connection inside the process: what the bots and the tests use in place of a socket. */

import { ChatError } from "../protocol/errors.ts";
import type { Line } from "../protocol/lines.ts";
import { LIMITS, utf8Length } from "../protocol/message.ts";
import type { Chunk } from "./chunk.ts";
import type { Connection } from "./connection.ts";

/** The client's end. It fits `ClientConnection` of client/transport.ts, which nothing here may import. */
export interface MemoryClient {
  lines(): AsyncIterable<readonly string[]>;
  send(line: string): void;
  close(): void;
}

/** Two ends of one connection, in JSON mode. */
export function memoryPair(): { server: Connection; client: MemoryClient } {
  const toServer = new Pipe<Line>();
  const toClient = new Pipe<string>();
  return { server: new ServerEnd(toServer, toClient), client: new ClientEnd(toServer, toClient) };
}

/**
 * What a client takes as its way to connect: each time a new pair, whose server end goes to `serve`.
 * It rejects with what `serve` throws, where the server takes no connections.
 */
export function memoryConnect(
  serve: (connection: Connection) => void,
): (signal: AbortSignal) => Promise<MemoryClient> {
  // deno-lint-ignore require-await -- what `serve` throws shall reject
  return async (signal) => {
    signal.throwIfAborted();
    const { server, client } = memoryPair();
    serve(server);
    return client;
  };
}

class ServerEnd implements Connection {
  readonly transport = "memory";
  readonly remoteAddress = "memory";
  /** `send` waits until the client took what was sent. */
  readonly buffered = 0;
  readonly #incoming: Pipe<Line>;
  readonly #outgoing: Pipe<string>;

  constructor(incoming: Pipe<Line>, outgoing: Pipe<string>) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  lines(): AsyncIterable<readonly Line[]> {
    return this.#incoming.read(() => this.close());
  }

  get backlog(): number {
    return this.#incoming.heldLines;
  }

  /** Holds at most what one call sends: it resolves when the client took it. */
  send(chunks: readonly Chunk[]): Promise<void> {
    return this.#outgoing.send(chunks.flatMap((chunk) => chunk.lines));
  }

  close(): void {
    this.#incoming.drop();
    this.#outgoing.end();
  }
}

class ClientEnd implements MemoryClient {
  readonly #outgoing: Pipe<Line>;
  readonly #incoming: Pipe<string>;

  constructor(outgoing: Pipe<Line>, incoming: Pipe<string>) {
    this.#outgoing = outgoing;
    this.#incoming = incoming;
  }

  lines(): AsyncIterable<readonly string[]> {
    return this.#incoming.read(() => this.close());
  }

  send(line: string): void {
    const checked = checkLength(line);
    this.#outgoing.push([checked]);
    if (checked !== line) this.#outgoing.end();
  }

  close(): void {
    this.#outgoing.end();
    this.#incoming.drop();
  }
}

/** Lines in one direction. */
class Pipe<T> {
  #held: T[] = [];
  #isEnded = false;
  #wake: (() => void) | undefined;
  /** Settles `send`. */
  #taken: PromiseWithResolvers<void> | undefined;

  get heldLines(): number {
    return this.#held.length;
  }

  /** Adds lines, without waiting. */
  push(lines: readonly T[]): void {
    if (this.#isEnded) return;
    for (const line of lines) this.#held.push(line);
    this.#wake?.();
  }

  /** Adds lines. Resolves when the reader took them; rejects where it has gone. */
  send(lines: readonly T[]): Promise<void> {
    if (this.#isEnded) return Promise.reject(closed());
    this.push(lines);
    this.#taken ??= Promise.withResolvers<void>();
    return this.#taken.promise;
  }

  /** Nothing more will be written; what is held can still be read. */
  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  /** Nothing more will be read. */
  drop(): void {
    this.#held = [];
    this.#taken?.reject(closed());
    this.#taken = undefined;
    this.end();
  }

  /** The lines as they come, until the end. `onReturn` is called when reading stops. */
  async *read(onReturn: () => void): AsyncGenerator<readonly T[]> {
    try {
      for (;;) {
        if (this.#held.length > 0) yield this.#take();
        else if (this.#isEnded) return;
        else await new Promise<void>((resolve) => this.#wake = resolve);
      }
    } finally {
      onReturn();
    }
  }

  #take(): readonly T[] {
    const lines = this.#held;
    this.#held = [];
    this.#taken?.resolve();
    this.#taken = undefined;
    return lines;
  }
}

function closed(): Error {
  return new Error("The connection is closed.");
}

function checkLength(line: string): Line {
  if (utf8Length(line) <= LIMITS.lineBytes) return line;
  return new ChatError("line_too_long", `A line may be ${LIMITS.lineBytes} bytes long; this one is longer.`, {
    limit: LIMITS.lineBytes,
  });
}
