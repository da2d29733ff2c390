/** The HTTP API (docs/protocol.md, section 3): the commands' replies as JSON, and posting by one line of curl. */

import { Buffer } from "node:buffer";
import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { ChatError, HTTP_STATUS } from "../protocol/errors.ts";
import { checkRequest, isObject, type Metadata, type Request } from "../protocol/message.ts";
import { hashToken } from "./accounts.ts";
import type { Prepared } from "./addressing.ts";
import type { ChatServer } from "./chat_server.ts";
import { messageEnvelope } from "./encode.ts";
import { endLogin } from "./handlers/accounts.ts";
import { readBody } from "./http_body.ts";
import { boundedRequests } from "./http_bounds.ts";
import { HttpStreamConnection } from "./http_stream.ts";
import { rateLimited } from "./limits.ts";
import { joinLobby } from "./login.ts";
import type { Outcome } from "./router.ts";
import type { UserRecord } from "./store.ts";

/** What `Deno.serve` tells of a request. */
export interface Bindings {
  readonly remoteAddress: string;
}

type Env = { Bindings: Bindings; Variables: { user: UserRecord; token: string | null } };

export function httpApi(server: ChatServer): Hono<Env> {
  const api = new Hono<Env>();
  const bodyOf = (request: globalThis.Request) => readBody(request, server.clock);
  api.use(boundedRequests());
  api.onError((error) => respondError(server, error));

  api.post("/login", async (c) => c.json(await logIn(server, await bodyOf(c.req.raw), c.env.remoteAddress)));

  api.use(async (c, next) => {
    const { user, token } = await authenticate(server, c.req.header("authorization"), c.env.remoteAddress);
    c.set("user", user);
    c.set("token", token);
    await next();
  });
  api.post("/logout", async (c) => c.json(await logOut(server, c.get("user"), c.get("token"))));
  api.post("/messages", async (c) => {
    const request = checkRequest({ type: "chat", ...parseObject(await bodyOf(c.req.raw)) });
    return c.json(await post(server, c.get("user"), request), 201);
  });
  api.post("/messages/:destination{.+}", async (c) => {
    const id = c.req.query("id");
    const message = await bodyOf(c.req.raw);
    const value = { type: "chat", destination: c.req.param("destination"), message, ...(id ? { id } : {}) };
    return c.json(await post(server, c.get("user"), checkRequest(value)), 201);
  });
  api.get("/messages/:destination{.+}", async (c) => {
    const bounds = ["before", "after", "around"].flatMap((key) => {
      const value = c.req.query(key);
      return value === undefined ? [] : [`${key}=${oneWord(value)}`];
    });
    const line = `/history ${limitOf(c.req.query("limit"))} ${bounds.join(" ")}`;
    return c.json(await run(server, c.get("user"), line, c.req.param("destination")));
  });
  for (
    const [path, command] of [["rooms", "/list"], ["users", "/users"], [
      "conversations",
      "/conversations",
    ]] as const
  ) {
    api.get(`/${path}`, async (c) => c.json(await run(server, c.get("user"), command)));
  }
  api.get(
    "/search",
    async (c) => c.json(await run(server, c.get("user"), `/find ${c.req.query("q") ?? ""}`)),
  );
  api.get("/stream", async (c) => {
    const since = cursorOf(c.req.query("since"));
    const token = c.get("token") ?? (await server.accounts.tokenFor(c.get("user")));
    return stream(server, { token, since, remoteAddress: c.env.remoteAddress });
  });
  api.all("*", () => {
    throw new ChatError("unknown_command", "There is no such call. See docs/protocol.md.");
  });
  return api;
}

/** An error as the body and status of a response. */
export function respondError(server: ChatServer, error: unknown): Response {
  const { code, message, details } = server.explain(error);
  const headers: Record<string, string> = code === "bad_credentials" || code === "not_logged_in"
    ? { "www-authenticate": "Bearer" }
    : {};
  const retryMs = details.retry_after_ms;
  if (typeof retryMs === "number") headers["retry-after"] = String(Math.ceil(retryMs / 1000));
  const status = HTTP_STATUS[code] as ContentfulStatusCode;
  return Response.json({ error: code, message, ...details }, { status, headers });
}

async function logIn(server: ChatServer, body: string, address: string): Promise<Metadata> {
  const { name, password, lobby = true } = parseObject(body);
  if (name !== undefined && typeof name !== "string") {
    throw new ChatError("bad_message", '"name" must be a string.');
  }
  if (password !== undefined && typeof password !== "string") {
    throw new ChatError("bad_message", '"password" must be a string.');
  }
  if (typeof lobby !== "boolean") throw new ChatError("bad_message", '"lobby" must be true or false.');
  const login = await server.accounts.login({ name, password }, server.newcomerFrom(address));
  if (login.isNew && lobby) await joinLobby(server, login.user, null);
  return { user: login.user.name, token: login.token };
}

async function logOut(server: ChatServer, user: UserRecord, token: string | null): Promise<Metadata> {
  if (token === null) {
    throw new ChatError(
      "bad_arguments",
      "Name and password stay as they are. Send the token that shall end.",
    );
  }
  await endLogin(server, user.id, hashToken(token));
  return { user: user.name };
}

async function authenticate(
  server: ChatServer,
  header: string | undefined,
  address: string,
): Promise<{ user: UserRecord; token: string | null }> {
  const [, scheme = "", value = ""] = /^(\w+) +(\S+)$/.exec(header ?? "") ?? [];
  switch (scheme.toLowerCase()) {
    case "bearer":
      return { user: await server.accounts.userOfToken(value), token: value };
    case "basic": {
      const pair = Buffer.from(value, "base64").toString();
      const colon = pair.indexOf(":");
      const [name, password] = [pair.slice(0, colon), pair.slice(colon + 1)];
      return { user: await server.accounts.verify(name, password, address), token: null };
    }
    default:
      throw new ChatError(
        "not_logged_in",
        "This needs a header: Authorization: Bearer TOKEN. POST /api/login gives one.",
      );
  }
}

async function post(server: ChatServer, user: UserRecord, request: Request): Promise<Metadata> {
  if (request.type === "command") {
    throw new ChatError("bad_message", '"type" must be "chat" or "subscription".');
  }
  const waitMs = server.messageWait(user);
  if (waitMs > 0) throw rateLimited(waitMs);
  const command = server.isSubscription(request) ? await server.subscriptionCommand(request) : null;
  if (command) return await run(server, user, command.message);
  const prepared = await server.router.prepare(user, request, { anyRoom: true });
  const outcome = await new Promise<Outcome>((resolve, reject) =>
    server.router.commit([prepared], {
      receiver: null,
      accepted: (_, outcome) => resolve(outcome),
      refused: (_, error) => reject(error),
    })
  );
  return { ...storedEnvelope(prepared, outcome) };
}

function storedEnvelope(prepared: Prepared, outcome: Outcome) {
  if (outcome.status === "stored") return messageEnvelope(outcome.delivery);
  const { message, sender, destination } = prepared;
  const { seq, createdAt } = outcome;
  return messageEnvelope({ ...message, seq, createdAt, destination, senderName: sender.name }, {
    duplicate: true,
  });
}

async function run(
  server: ChatServer,
  user: UserRecord,
  message: string,
  destination = "",
): Promise<Metadata> {
  const waitMs = server.commandWait(user);
  if (waitMs > 0) throw rateLimited(waitMs);
  const request: Request = { type: "command", destination, message, metadata: {} };
  const reply = await server.command(request, { user, session: null });
  const { code: _, ...metadata } = reply?.metadata ?? {};
  return metadata;
}

function stream(
  server: ChatServer,
  { token, since, remoteAddress }: { token: string; since: number | undefined; remoteAddress: string },
): Response {
  const login = since === undefined ? { token } : { token, since };
  const connection = new HttpStreamConnection(login, remoteAddress, server.clock);
  void server.serve(connection);
  return new Response(connection.body, {
    headers: { "content-type": "application/x-ndjson", "x-accel-buffering": "no" },
  });
}

/** @throws ChatError `bad_arguments` */
function cursorOf(since: string | undefined): number | undefined {
  if (since === undefined) return undefined;
  if (/^\d{1,15}$/.test(since)) return Number(since);
  throw new ChatError("bad_arguments", '"since" must be a seq: a whole number.');
}

/** @throws ChatError `bad_arguments` */
function limitOf(text = ""): string {
  if (/^\d{0,9}$/.test(text)) return text;
  throw new ChatError("bad_arguments", '"limit" must be a whole number.');
}

function parseObject(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    if (isObject(value)) return value;
  } catch {
    // Answered below.
  }
  throw new ChatError("bad_json", "The body is not a JSON object.");
}

/** A value from a URL must stay one word of the command line. */
function oneWord(value: string): string {
  if (/[\s=]/.test(value)) {
    throw new ChatError("bad_arguments", `${JSON.stringify(value.slice(0, 60))} is no such value.`);
  }
  return value;
}
