/** What the scenario tests of the protocol share: short words for what a client does and what came of it. */

import assert from "node:assert/strict";
import type { Envelope } from "../protocol/message.ts";
import type { LineClient } from "./line_client.ts";
import type { TestServer } from "./test_server.ts";

export type Fits = (envelope: Envelope) => boolean;

/** Whether an envelope is a notification of that code, about that user where one is named. */
export function is(code: string, user?: string): Fits {
  return ({ metadata }) => metadata.code === code && (user === undefined || metadata.user === user);
}

/** Whether it is a message with that text. */
export function says(text: string): Fits {
  return ({ type, message }) => type !== "notification" && message === text;
}

/** The texts of the messages among envelopes. */
export function texts(envelopes: readonly Envelope[]): string[] {
  return envelopes.filter(({ type }) => type !== "notification").map(({ message }) => message);
}

/** The codes of the notifications among envelopes. */
export function codes(envelopes: readonly Envelope[]): unknown[] {
  return envelopes.filter(({ type }) => type === "notification").map(({ metadata }) => metadata.code);
}

/** Says goodbye; when this resolves the server knows the user for gone. */
export async function quit(client: LineClient): Promise<string[]> {
  client.send(isJson(client) ? '{"type":"command","message":"/quit"}' : "/quit");
  return await client.rest();
}

function isJson(client: LineClient): boolean {
  return client.transcript.at(-1)?.startsWith("{") ?? false;
}

/** Logs in over TCP; resolves with the welcome and all that came until `caught_up`. */
export async function logIn(
  server: TestServer,
  name: string,
  metadata: Record<string, unknown> = {},
): Promise<{ client: LineClient; welcome: Envelope; missed: Envelope[]; caughtUp: Envelope }> {
  const client = await server.tcp();
  client.login(name, metadata);
  const lines = await client.all((line) => JSON.parse(line).metadata.code === "caught_up");
  const [welcome, ...rest] = lines.map((line) => JSON.parse(line) as Envelope);
  return { client, welcome: welcome!, missed: rest.slice(0, -1), caughtUp: rest.at(-1)! };
}

/** A bot of that name, logged in. */
export async function bot(server: TestServer, name: string): Promise<LineClient> {
  return await server.json("", { token: await server.chat.accounts.botToken(name) });
}

/** Lines of text mode that came up to the answer of a `/ping`. */
export async function settledText(client: LineClient): Promise<string[]> {
  client.send("/ping");
  return (await client.all((line) => line === "* Pong.")).slice(0, -1);
}

/** A line without its date: the tests do not know the time. */
export function undated(line: string): string {
  return line.replace(/\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]/, "[TIME]");
}

/** An HTTP call; JSON where the body is an object, with a token where one is given. */
export async function call(
  server: TestServer,
  path: string,
  { token, body, headers = {}, method = body === undefined ? "GET" : "POST" }: {
    token?: string;
    body?: string | Uint8Array<ArrayBuffer> | Record<string, unknown>;
    headers?: Record<string, string>;
    method?: string;
  } = {},
  // deno-lint-ignore no-explicit-any -- a test says what it expects of it
): Promise<{ status: number; headers: Headers; json: any }> {
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  const response = await fetch(server.url + path, {
    method,
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  let json: unknown = text;
  try {
    json = JSON.parse(text);
  } catch { /* Some answers are words. */ }
  return { status: response.status, headers: response.headers, json };
}

/** Logs in over HTTP and resolves with the token. */
export async function tokenOf(server: TestServer, name: string, password?: string): Promise<string> {
  const { status, json } = await call(server, "/api/login", {
    body: { name, ...(password === undefined ? {} : { password }) },
  });
  assert.equal(status, 200, JSON.stringify(json));
  return json.token;
}

/** Sends bytes to a port as they are and resolves with all that comes back before the server closes. */
export async function exchange(port: number, request: string): Promise<string> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    await conn.write(new TextEncoder().encode(request));
    return await new Response(conn.readable).text();
  } catch {
    return "";
  }
}

/** A token of a user that there is. */
export async function tokenFor(server: TestServer, name: string): Promise<string> {
  return await server.chat.accounts.tokenFor((await server.store.findUser(name))!);
}

/** What came of a login: `welcome`, or the error. */
export async function tryLogin(
  server: TestServer,
  line: string,
  metadata: Record<string, unknown> = {},
): Promise<string> {
  const client = await server.tcp();
  const reply = await client.command(line, { metadata });
  return String(reply.metadata.error ?? reply.metadata.code);
}

export async function withPassword(server: TestServer): Promise<LineClient> {
  const client = await server.tcp();
  await client.command("/register alice secret");
  await client.envelope(is("caught_up"));
  return client;
}

/** A request that says something, in the lobby unless it names another destination. */
export function chat(message: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { type: "chat", destination: "#general", message, ...more };
}

/** Of a `history`, `joined` or `found` reply. */
export function messagesOf(reply: Envelope): Envelope[] {
  return reply.metadata.messages as Envelope[];
}

/** Two people, of whom the first has heard the second come. */
export async function pair(server: TestServer): Promise<[LineClient, LineClient]> {
  const alice = await server.json("alice");
  const bob = await server.json("bob");
  await alice.envelope(is("member_joined", "bob"));
  return [alice, bob];
}

/** One after the other. Returns their seqs. */
export async function sayAll(
  client: LineClient,
  destination: string,
  lines: readonly string[],
): Promise<number[]> {
  const seqs = [];
  for (const line of lines) seqs.push(Number((await client.say(destination, line)).metadata.seq));
  return seqs;
}

/** Messages and `stored` replies rise in seq. */
export function checkOrder(envelopes: readonly Envelope[]): void {
  const seqs = envelopes.flatMap(({ seq, metadata }) =>
    seq !== undefined
      ? [seq]
      : metadata.code === "stored" && !metadata.duplicate
      ? [Number(metadata.seq)]
      : []
  );
  assert.deepEqual(seqs, seqs.toSorted((a, b) => a - b));
  assert.equal(new Set(seqs).size, seqs.length);
}
