/** The web port: the page, `/ws`, `/api`, `/healthz` and `/metrics`. */

import { Hono } from "hono";
import type { ChatServer } from "./chat_server.ts";
import { type Bindings, httpApi } from "./http_api.ts";
import type { Metrics } from "./metrics.ts";
import { isLoopback, type Origins } from "./origins.ts";
import { pageHeaders } from "./page_headers.ts";
import { BACKLOG } from "./startup.ts";
import type { StaticFiles } from "./static_files.ts";
import { LINES_PROTOCOL, WebSocketConnection } from "./websocket.ts";

export interface WebOptions {
  readonly hostname: string;
  readonly port: number;
  readonly server: ChatServer;
  readonly files: StaticFiles;
}

/** A peer that answers no ping for so long is gone. */
const WEBSOCKET_IDLE_SECONDS = 60;
/** After the listener broke, as it does in Deno 2.9 when descriptors run out. */
const RESTART_MS = 100;
/** Less far apart, it is the same outage. */
const OUTAGE_MS = 60_000;

/** The listener of the web port. It starts again by itself when it breaks; connections that are open survive that. */
export class WebListener {
  readonly #options: WebOptions;
  readonly #app: Hono<{ Bindings: Bindings }>;
  #server: Deno.HttpServer<Deno.NetAddr>;
  #isClosing = false;
  #brokeAt = -Infinity;

  /** @throws Deno.errors.AddrInUse and what else listening throws */
  constructor(options: WebOptions, origins: (port: number) => Origins) {
    this.#options = options;
    this.#app = new Hono();
    this.#server = this.#listen(options.port);
    addRoutes(this.#app, options, origins(this.port));
  }

  get port(): number {
    return this.#server.addr.port;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#server.shutdown();
  }

  #listen(port: number): Deno.HttpServer<Deno.NetAddr> {
    const { hostname } = this.#options;
    const listener = Deno.serve(
      { hostname, port, tcpBacklog: BACKLOG, onListen() {} },
      (request, { remoteAddr }) => this.#app.fetch(request, { remoteAddress: remoteAddr.hostname }),
    );
    listener.finished.catch((error) => this.#broke(error));
    return listener;
  }

  #broke(error: unknown): void {
    if (this.#isClosing) return;
    const { log, clock } = this.#options.server;
    const now = clock.monotonic();
    if (now - this.#brokeAt > OUTAGE_MS) log.error("web_listener_broke", { problem: String(error) });
    this.#brokeAt = now;
    clock.after(RESTART_MS, () => this.#listenAgain());
  }

  #listenAgain(): void {
    if (this.#isClosing) return;
    try {
      this.#server = this.#listen(this.port);
    } catch (error) {
      this.#broke(error);
    }
  }
}

function addRoutes(
  app: Hono<{ Bindings: Bindings }>,
  { server, files }: WebOptions,
  origins: Origins,
): void {
  let metrics: Promise<Metrics> | undefined;
  app.onError((error, c) => {
    server.explain(error);
    return c.text("The server failed at this.", 500);
  });
  // Under any host name: whoever looks after the server need not know its own, and `ok` reveals nothing.
  app.get("/healthz", pageHeaders(), async (c) => {
    const isWell = await server.store.check().then(() => true, () => false);
    return isWell ? c.text("ok") : c.text("The store does not answer.", 503);
  });
  app.use(async (c, next) => {
    const host = c.req.header("host") ?? null;
    if (!origins.isHost(host)) {
      return c.text("This server does not answer under that name. See --allow-origin.", 421);
    }
    if (!origins.isOrigin(c.req.header("origin") ?? null, host)) {
      return c.text("This page may not speak to this server. See --allow-origin.", 403);
    }
    await next();
  });
  app.use(async (c, next) => {
    // Hono answers HEAD by doing what GET does: with a stream, or a connection, that nobody would read.
    const isRefused = c.req.method === "HEAD" && /^\/(api|ws)(\/|$)/.test(c.req.path);
    return isRefused ? c.body(null, 405, { allow: "GET, POST" }) : await next();
  });
  app.get("/ws", (c) => upgrade(server, c.req.raw, c.env.remoteAddress));
  app.use(pageHeaders());
  app.get("/metrics", async (c) => {
    if (!isLoopback(c.env.remoteAddress)) return c.text("Metrics are given to this machine only.", 403);
    const { text, contentType } = await (metrics ??= loadMetrics(server));
    return c.body(await text(), 200, { "content-type": contentType });
  });
  app.route("/api", httpApi(server));
  app.get("*", (c) => {
    const response = files.respond(c.req.path, c.req.raw);
    if (response) return new Response(response.body, response);
    if (c.req.path === "/" && !files.isBuilt) {
      return c.text("The page is not built. Run: deno task build", 503);
    }
    return c.text("There is nothing here.", 404);
  });
}

/** Where nobody asks for them, their library and its 5 MiB are not loaded. */
async function loadMetrics(server: ChatServer): Promise<Metrics> {
  const { createMetrics } = await import("./metrics.ts");
  return createMetrics(server);
}

function upgrade(server: ChatServer, request: Request, remoteAddress: string): Response {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return new Response("This is a WebSocket: connect to it as one.", {
      status: 426,
      headers: { upgrade: "websocket" },
    });
  }
  const offered = (request.headers.get("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim());
  const isBatched = offered.includes(LINES_PROTOCOL);
  let upgraded: Deno.WebSocketUpgrade;
  try {
    upgraded = Deno.upgradeWebSocket(request, {
      idleTimeout: WEBSOCKET_IDLE_SECONDS,
      ...(isBatched ? { protocol: LINES_PROTOCOL } : {}),
    });
  } catch {
    return new Response("This is no WebSocket handshake.", { status: 400 });
  }
  const connection = new WebSocketConnection(upgraded.socket, remoteAddress, {
    clock: server.clock,
    isBatched,
  });
  void connection.opened().then((isOpen) => isOpen ? server.serve(connection) : undefined);
  return upgraded.response;
}
