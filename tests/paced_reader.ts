/** A reader over TCP that reads as it is told to: at once, not at all, or a little at a time. It notes every message it gets. */

const BUFFER_BYTES = 64 * 1024;

/** By text: what came at the same time for many is worth one look at the clock. */
export type OnText = (text: string, now: number) => void;

export class PacedReader {
  /** Of the messages that it got, in the order in which they came. */
  readonly seqs: number[] = [];
  /** The codes of the notifications on this connection; of errors what they are. */
  readonly codes = new Set<string>();
  hasEnded = true;
  readonly #name: string;
  readonly #onText: OnText | null;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #conn!: Deno.TcpConn;
  #decoder = new TextDecoder();
  #token = "";
  #rest = "";
  #isPaused = false;
  #reading: Promise<void> = Promise.resolve();
  #wake: (() => void)[] = [];

  /** @param onText told of the text of each message */
  constructor(name: string, onText: OnText | null = null) {
    this.#name = name;
    this.#onText = onText;
  }

  /** Logs in, after the first time with its token and from where it was. It is caught up when this resolves. */
  async connect(port: number): Promise<void> {
    this.#conn = await Deno.connect({ hostname: "127.0.0.1", port });
    [this.#decoder, this.#rest, this.hasEnded, this.#isPaused] = [new TextDecoder(), "", false, false];
    this.codes.clear();
    const [message, metadata] = this.#token === ""
      ? [`/login ${this.#name}`, {}]
      : ["/login", { token: this.#token, since: this.seqs.at(-1) ?? 0 }];
    this.#reading = this.#read();
    await this.send({ type: "command", message, metadata });
    await this.heard("caught_up");
  }

  /** Does not wait for a reply. */
  async send(...requests: readonly Record<string, unknown>[]): Promise<void> {
    const lines = requests.map((request) => JSON.stringify(request) + "\n").join("");
    const bytes = new TextEncoder().encode(lines);
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
  }

  /** Resolves when a notification of that code has come on this connection, or it has ended. */
  async heard(code: string): Promise<void> {
    while (!this.codes.has(code) && !this.hasEnded) await this.#more();
  }

  /** Resolves when it has got the message at that position, or the connection has ended. */
  async reached(seq: number): Promise<void> {
    while ((this.seqs.at(-1) ?? 0) < seq && !this.hasEnded) await this.#more();
  }

  /** Reads no more than what it waits for already. */
  pause(): void {
    this.#isPaused = true;
  }

  /** While it is paused: reads at most so many bytes, and waits where there are none. */
  async readSome(bytes: number): Promise<void> {
    await this.#reading;
    if (!this.hasEnded) await this.#readOnce(new Uint8Array(bytes));
  }

  /** Reads all that is left, until the server has closed the connection. */
  async readToEnd(): Promise<void> {
    await this.#reading;
    this.#isPaused = false;
    await (this.#reading = this.#read());
  }

  async close(): Promise<void> {
    this.#end();
    await this.#reading;
  }

  async #read(): Promise<void> {
    while (!this.#isPaused && !this.hasEnded) await this.#readOnce(this.#buffer);
  }

  async #readOnce(buffer: Uint8Array<ArrayBuffer>): Promise<void> {
    const count = await this.#conn.read(buffer).catch(() => null);
    if (count === null) this.#end();
    else this.#take(this.#decoder.decode(buffer.subarray(0, count), { stream: true }));
    for (const resolve of this.#wake.splice(0)) resolve();
  }

  #end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.#conn.close();
  }

  #take(text: string): void {
    const now = performance.now();
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) {
      if (line.startsWith('{"type":"notification"')) this.#hear(JSON.parse(line));
      else if (line.startsWith("{")) this.#note(line, now);
    }
  }

  #hear({ metadata }: { metadata: Record<string, unknown> }): void {
    this.codes.add(String(metadata.error ?? metadata.code));
    if (typeof metadata.token === "string") this.#token = metadata.token;
  }

  /** A message, whose `seq` is its last field; not parsed, since a thousand of these share a processor with what they measure. */
  #note(line: string, now: number): void {
    this.seqs.push(Number(line.slice(line.lastIndexOf(":") + 1, -1)));
    if (!this.#onText) return;
    const start = line.indexOf('"message":"') + 11;
    this.#onText(line.slice(start, line.indexOf('"', start)), now);
  }

  #more(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }
}
