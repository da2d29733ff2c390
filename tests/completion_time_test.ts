import assert from "node:assert/strict";
import { ENDPOINT_LIMITS, type Network } from "../bots/endpoint.ts";
import { FakeClock } from "./fake_clock.ts";
import { delta, FakeOpenAiServer, silence, stall, status } from "./fake_openai_server.ts";
import { ask, hanging, shortOf } from "./asking.ts";

Deno.test("an endpoint that never answers is given up after 15 s", async () => {
  await using server = new FakeOpenAiServer();
  server.script(silence());
  const clock = new FakeClock();
  const asked = ask({ baseURL: server.baseURL, clock });
  await server.next();
  await clock.armed(ENDPOINT_LIMITS.firstByteMs);
  clock.advance(ENDPOINT_LIMITS.firstByteMs);
  assert.equal((await asked).failure?.kind, "first_byte_timeout");
  assert.equal(clock.pending, 0);
});

Deno.test("a stream that goes silent is given up after 15 s, and what it said is kept", async () => {
  await using server = new FakeOpenAiServer();
  server.script(stall("Half ", "of"));
  const clock = new FakeClock();
  const written = Promise.withResolvers<void>();
  const onPiece = (piece: string) => piece === "of" && written.resolve();
  const asked = ask({ baseURL: server.baseURL, clock, onPiece });
  await written.promise;
  clock.advance(ENDPOINT_LIMITS.silenceMs);
  assert.deepEqual(shortOf(await asked), ["Half of", "silence"]);
  assert.equal(clock.pending, 0);
});

Deno.test("an endpoint that does not take the connection is given up after 5 s, three times", async () => {
  const clock = new FakeClock();
  const asked = ask({ baseURL: "http://nowhere.test/v1", clock, network: hanging() });
  for (const ms of [500, 1000, 0]) {
    await clock.armed(ENDPOINT_LIMITS.connectMs);
    clock.advance(ENDPOINT_LIMITS.connectMs);
    if (ms === 0) break;
    await clock.armed(ms);
    clock.advance(ms);
  }
  assert.equal((await asked).failure?.kind, "connect_timeout");
});

Deno.test("all of it takes no longer than 60 s, waits and attempts together", async () => {
  await using server = new FakeOpenAiServer();
  const wait = { "retry-after": "29" };
  server.script(status(429, null, wait), status(429, null, wait), silence());
  const clock = new FakeClock();
  const asked = ask({ baseURL: server.baseURL, clock });
  await clock.armed(29_500);
  clock.advance(29_500);
  await clock.armed(30_000);
  clock.advance(30_000);
  await server.next();
  await server.next();
  await server.next();
  clock.advance(500);
  assert.equal((await asked).failure?.kind, "total_timeout");
  assert.equal(clock.pending, 0);
});

Deno.test("a stream that trickles for longer than 60 s is ended", async () => {
  await using server = new FakeOpenAiServer();
  let send = (_piece: string) => {};
  server.script(() => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        send = (piece) => controller.enqueue(new TextEncoder().encode(delta(piece)));
        send("0");
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  const clock = new FakeClock();
  const pieces: string[] = [];
  let heard = Promise.withResolvers<void>();
  const asked = ask({
    baseURL: server.baseURL,
    clock,
    onPiece: (piece) => {
      pieces.push(piece);
      heard.resolve();
    },
  });
  for (let i = 1; i <= 5; i++) {
    await heard.promise;
    heard = Promise.withResolvers<void>();
    clock.advance(10_000);
    send(String(i));
  }
  await heard.promise;
  clock.advance(10_000);
  assert.deepEqual(shortOf(await asked), ["012345", "total_timeout"]);
  assert.equal(clock.pending, 0);
});

Deno.test("a question that nobody waits for any more ends quietly, also between attempts", async () => {
  await using server = new FakeOpenAiServer();
  server.script(stall("Half"), status(503));
  const controller = new AbortController();
  const asked = ask({
    baseURL: server.baseURL,
    signal: controller.signal,
    onPiece: () => controller.abort(),
  });
  assert.deepEqual(await asked, { text: "Half", failure: undefined });
  const clock = new FakeClock();
  const again = new AbortController();
  const waiting = ask({ baseURL: server.baseURL, signal: again.signal, clock });
  await clock.armed(500);
  again.abort();
  assert.deepEqual(await waiting, { text: "", failure: undefined });
  assert.equal(clock.pending, 0);
});

Deno.test("a connection that is made after the request has ended leaves no timer", async () => {
  const reached = Promise.withResolvers<void>();
  const network: Network = {
    fetch: () => Promise.resolve(new Response("", { status: 403 })),
    reach: () => reached.promise,
  };
  const clock = new FakeClock();
  assert.equal((await ask({ baseURL: "http://nowhere.test/v1", clock, network })).failure?.kind, "forbidden");
  const late = new Error("dns error");
  const failing: Network = { fetch: () => Promise.reject(late), reach: () => reached.promise };
  assert.equal(
    (await ask({ baseURL: "http://nowhere.test/v1", clock, network: failing })).failure?.kind,
    "dns",
  );
  reached.resolve();
  await reached.promise;
  assert.equal(clock.pending, 0);
});
