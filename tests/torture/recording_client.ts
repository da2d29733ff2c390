/** What the clients of a torture run share: one connection after the other, waits, and the log of it all. */

import type { ClientLog, History, Reading } from "./history.ts";
import { type Address, dial, type Wire, type WireKind } from "./wire.ts";

/** Only a run that fails waits so long. */
const DEADLINE_MS = 30_000;

export interface ClientOptions {
  /** Asked before each connection: a server that was started again has other ports. */
  readonly at: () => Address;
  /** TCP where left out. */
  readonly wire?: WireKind;
  /** Whom it logs in as; as the client is called where left out. */
  readonly user?: string;
}

/** Where a first login leads. */
export const LOBBY = "#general";

interface Waiting {
  readonly fits: () => boolean;
  readonly resolve: (fits: boolean) => void;
}

/** A message as it came, but for history. */
export interface Incoming {
  readonly sender: string;
  readonly text: string;
  readonly via: "live" | "resumed";
}

export abstract class RecordingClient {
  /** Called for each message that comes, but for history. */
  onMessage: (message: Incoming) => void = () => {};
  readonly log: ClientLog;
  readonly #options: ClientOptions;
  /** Texts that are waited for, and whether they came. */
  readonly #awaited = new Map<string, boolean>();
  #waiting: Waiting[] = [];
  #wire: Wire | null = null;
  #isLeaving = false;

  constructor(history: History, readonly name: string, options: ClientOptions, reading: Reading) {
    this.#options = options;
    this.log = history.client(name, { user: options.user ?? name, reading });
  }

  get isConnected(): boolean {
    return this.#wire !== null;
  }

  get user(): string {
    return this.log.user;
  }

  /** Logs in, resumes, and sends what is to be sent again. False where the connection ended first. */
  abstract connect(): Promise<boolean>;

  /** Connects as often as it takes. */
  async reconnect(): Promise<void> {
    for (let attempts = 0; !await this.connect(); attempts++) {
      if (attempts > 50) throw new Error(`${this.name} cannot connect`);
    }
  }

  /** Does something until it is done, over as many connections as it takes. */
  async persist(step: () => Promise<boolean>): Promise<void> {
    if (!this.isConnected) await this.reconnect();
    while (!await step()) await this.reconnect();
  }

  /** True when a message with this text has come, now or earlier; false where the connection ended first. */
  async hears(text: string): Promise<boolean> {
    const isKnown = this.#awaited.has(text);
    if (!isKnown) this.#awaited.set(text, this.log.observed.some(({ message }) => message.text === text));
    return await this.until(() => this.#awaited.get(text) === true, `hears ${text}`);
  }

  /** Hears the last text of a run, over as many connections as it takes: all that was acknowledged before must have come. */
  async settle(text: string): Promise<void> {
    await this.persist(() => this.hears(text));
    this.log.settled();
  }

  /** True when it fits; false where the connection ended first. @throws Error where nothing of it happens for long */
  async until(fits: () => boolean, words: string): Promise<boolean> {
    if (fits()) return true;
    if (!this.#wire) return false;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`${this.name} waits in vain: ${words}`)),
      DEADLINE_MS,
    );
    try {
      const waiting = new Promise<boolean>((resolve) => this.#waiting.push({ fits, resolve }));
      return await Promise.race([waiting, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Leaves in good order. */
  async close(): Promise<void> {
    await this.#end((wire) => wire.close());
  }

  /** Its connection breaks; over TCP with a reset. */
  async break(): Promise<void> {
    const ended = this.#wire?.ended;
    this.#wire?.break();
    await ended;
  }

  /** Shuts down its sending side, and reads to the end what the server still has to say. TCP only. */
  async finish(): Promise<void> {
    await this.#end((wire) => wire.closeWrite());
  }

  /** @returns false where nothing listens, or the connection ended at once */
  protected async dial(): Promise<boolean> {
    await this.#wire?.ended;
    this.log.connected();
    this.#isLeaving = false;
    const wire = await dial(this.#options.wire ?? "tcp", this.#options.at(), (lines) => this.#take(lines))
      .catch(() => null);
    if (!wire) return false;
    this.#wire = wire;
    void wire.ended.then(() => this.#ended());
    return true;
  }

  protected send(line: string): void {
    this.#wire?.send(line);
  }

  protected abstract take(line: string): void;

  protected heard(text: string): void {
    if (this.#awaited.has(text)) this.#awaited.set(text, true);
  }

  async #end(how: (wire: Wire) => void): Promise<void> {
    const wire = this.#wire;
    if (!wire) return;
    this.#isLeaving = true;
    how(wire);
    await wire.ended;
  }

  #take(lines: readonly string[]): void {
    for (const line of lines) this.take(line);
    this.#tell();
  }

  #tell(): void {
    if (this.#waiting.length === 0) return;
    this.#waiting = this.#waiting.filter(({ fits, resolve }) => {
      const isFit = fits();
      if (isFit) resolve(true);
      return !isFit;
    });
  }

  #ended(): void {
    this.#wire = null;
    if (!this.#isLeaving) this.log.brokenOff();
    for (const { resolve } of this.#waiting.splice(0)) resolve(false);
  }
}
