/** A whole server on free ports and a folder of its own, and raw clients that speak to it from outside. */

import assert from "node:assert/strict";
import { ChatServer } from "../server/chat_server.ts";
import { type Clock, SYSTEM_CLOCK } from "../server/clock.ts";
import { WebListener } from "../server/http.ts";
import { type Logger, SILENT_LOG } from "../server/log.ts";
import { Origins } from "../server/origins.ts";
import { SqliteStore } from "../server/sqlite/sqlite_store.ts";
import { StaticFiles } from "../server/static_files.ts";
import { acceptTcp } from "../server/tcp.ts";
import { LineClient } from "./line_client.ts";

export interface TestServerOptions {
  readonly clock?: Clock;
  readonly log?: Logger;
  readonly isRateLimited?: boolean;
  readonly allowOrigin?: readonly string[];
  /** Left out: a new one, removed at the end. */
  readonly folder?: string;
  readonly port?: number;
  readonly webPort?: number;
  /** The folder of the built page; left out, the page of this tree. */
  readonly page?: URL;
}

const HOST = "127.0.0.1";

export class TestServer {
  readonly #options: TestServerOptions;
  readonly #listener: Deno.TcpListener;
  readonly #accepting: Promise<void>;
  readonly #web: WebListener;
  readonly #clients: LineClient[] = [];

  private constructor(
    readonly chat: ChatServer,
    readonly store: SqliteStore,
    readonly folder: string,
    files: StaticFiles,
    options: TestServerOptions,
  ) {
    this.#options = options;
    const { clock = SYSTEM_CLOCK, log = SILENT_LOG, allowOrigin: allowed = [] } = options;
    this.#listener = Deno.listen({ hostname: HOST, port: options.port ?? 0 });
    this.#accepting = acceptTcp(this.#listener, (connection) => void chat.serve(connection), { clock, log });
    this.#web = new WebListener(
      { hostname: HOST, port: options.webPort ?? 0, server: chat, files },
      (port) => new Origins({ host: HOST, port, allowed }),
    );
  }

  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const folder = options.folder ?? await Deno.makeTempDir({ prefix: "parley-test-" });
    const clock = options.clock ?? SYSTEM_CLOCK;
    const store = await SqliteStore.open({ folder, clock });
    const chat = new ChatServer({
      store,
      clock,
      log: options.log ?? SILENT_LOG,
      lobby: "#general",
      isRateLimited: options.isRateLimited ?? false,
      webHint: "The web page is on port 8080.",
    });
    await chat.start();
    const files = await StaticFiles.load(options.page ?? new URL("../static/dist/", import.meta.url));
    return new TestServer(chat, store, folder, files, options);
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  get webPort(): number {
    return this.#web.port;
  }

  /** As in `http://127.0.0.1:8080`. */
  get url(): string {
    return `http://${HOST}:${this.webPort}`;
  }

  /** A raw TCP connection, past the two lines of the greeting. */
  async tcp(): Promise<LineClient> {
    const client = await LineClient.tcp(this.port);
    this.#clients.push(client);
    await client.until((line) => line === "Enter your username:");
    return client;
  }

  /** Logged in in text mode; what came with the login has been read. */
  async text(name: string): Promise<LineClient> {
    const client = await this.tcp();
    client.send(name);
    await client.until((line) => line.startsWith(`* Welcome, ${name}`));
    return client;
  }

  /** Logged in in JSON mode, caught up. */
  async json(name: string, metadata: Record<string, unknown> = {}): Promise<LineClient> {
    const client = await this.tcp();
    client.login(name, metadata);
    await client.envelope((envelope) => envelope.metadata.code === "caught_up");
    return client;
  }

  /** A WebSocket, logged in and caught up. */
  async websocket(
    name: string,
    { isBatched = false, ...metadata }: Record<string, unknown> = {},
  ): Promise<LineClient> {
    const client = await LineClient.websocket(`ws://${HOST}:${this.webPort}/ws`, isBatched === true);
    this.#clients.push(client);
    client.login(name, metadata);
    await client.envelope((envelope) => envelope.metadata.code === "caught_up");
    return client;
  }

  /** Stops, and starts again on the same folder and ports. */
  async restart(): Promise<TestServer> {
    const { port, webPort, folder } = this;
    await this.stop();
    return await TestServer.start({ ...this.#options, folder, port, webPort });
  }

  async stop(): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    await this.chat.stop("The test is over.");
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.#web.close();
    await this.store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    if (!this.#options.folder) await Deno.remove(this.folder, { recursive: true });
  }
}

/** Asserts that an envelope is an error of that code. */
export function assertError(envelope: { metadata: Record<string, unknown> }, code: string): void {
  assert.deepEqual([envelope.metadata.code, envelope.metadata.error], ["error", code]);
}
