import assert from "node:assert/strict";
import { timestampOf } from "../server/clock.ts";
import { FakeClock } from "./fake_clock.ts";
import type { LineClient } from "./line_client.ts";
import { call, codes, is, logIn, messagesOf, quit, tokenOf } from "./scenario.ts";
import { TestServer } from "./test_server.ts";

const SECOND_MS = 1000;
const HOUR_MS = 3600 * SECOND_MS;
const DAY_MS = 24 * HOUR_MS;

/** What an administrator, or a broken time server, may do to the time of day. */
const JUMPS = [
  ["-1 hour", -HOUR_MS],
  ["+1 hour", HOUR_MS],
  ["-1 day", -DAY_MS],
  ["+10 years", 3652 * DAY_MS],
] as const;

interface Scene {
  readonly server: TestServer;
  readonly clock: FakeClock;
  /** Sets the time of day, there or back. */
  jump(back?: "back"): void;
}

/** One test for each jump. */
function testEachJump(behaviour: string, test: (scene: Scene) => Promise<void>, isRateLimited = false): void {
  for (const [name, ms] of JUMPS) {
    Deno.test(`when the clock jumps by ${name}, ${behaviour}`, async () => {
      const clock = new FakeClock();
      await using server = await TestServer.start({ clock, isRateLimited });
      await test({ server, clock, jump: (back) => clock.setNow(clock.now() + (back ? -ms : ms)) });
    });
  }
}

/** Lets time pass; what became due and writes to the store has done so when this resolves. */
async function pass({ clock }: Scene, ms: number, keeper: LineClient): Promise<void> {
  clock.advance(ms);
  for (let i = 0; i < 5; i++) await keeper.command("/seen #general 1");
}

testEachJump(
  "messages keep their order live, in history, in search and with since",
  async ({ server, clock, jump }) => {
    const [ann, ben] = [await server.json("ann"), await server.json("ben")];
    const said: (readonly [string, string])[] = [];
    for (const text of ["word 1", "word 2", "word 3", "word 4"]) {
      if (text === "word 3") jump();
      clock.advance(SECOND_MS);
      const { metadata } = await ann.say("#general", text);
      said.push([text, timestampOf(clock.now())]);
      assert.equal(metadata.timestamp, said.at(-1)![1], "the reply has another time than the clock");
    }
    await server.store.whenIndexed();
    const live = (await ben.settled()).filter(({ type }) => type === "chat");
    const history = messagesOf(await ben.command("/history #general"));
    const found = messagesOf(await ben.command("/find word")).toReversed();
    for (const messages of [live, history, found]) {
      assert.deepEqual(messages.map(({ message, timestamp }) => [message, timestamp]), said);
      const seqs = messages.map(({ seq }) => seq!);
      assert.deepEqual(seqs, seqs.toSorted((a, b) => a - b));
    }
  },
);

testEachJump("pages of history and a resume are cut by seq, not by time", async ({ server, jump }) => {
  const ann = await server.json("ann");
  const ben = await logIn(server, "ben");
  const seqs: number[] = [];
  for (let i = 0; i < 6; i++) {
    if (i === 3) jump();
    seqs.push(Number((await ann.say("#general", `text ${i}`)).metadata.seq));
  }
  const page = async (bound: string) =>
    messagesOf(await ann.command(`/history #general 2 ${bound}`)).map(({ seq }) => seq);
  assert.deepEqual(await page(`before=${seqs[3]}`), [seqs[1], seqs[2]]);
  assert.deepEqual(await page(`after=${seqs[2]}`), [seqs[3], seqs[4]]);
  assert.deepEqual(await page(""), [seqs[4], seqs[5]]);
  await quit(ben.client);
  const { token } = ben.welcome.metadata;
  const { missed } = await logIn(server, "", { token, since: seqs[1] });
  assert.deepEqual(missed.map(({ seq }) => seq), seqs.slice(2));
  await ann.command(`/seen #general ${seqs[2]}`);
  await ann.command(`/seen #general ${seqs[4]}`);
  const { conversations } = (await ann.command("/conversations")).metadata;
  assert.equal((conversations as { read_seq: number }[])[0]!.read_seq, seqs[4]);
});

testEachJump("an id that was used before is known, with its first time", async ({ server, jump }) => {
  const ann = await server.json("ann");
  const first = await ann.say("#general", "once", { id: "id-1" });
  jump();
  const again = await ann.say("#general", "once", { id: "id-1" });
  assert.equal(again.metadata.duplicate, true);
  assert.deepEqual(
    [again.metadata.seq, again.metadata.timestamp],
    [first.metadata.seq, first.metadata.timestamp],
  );
});

testEachJump("a rate gives nothing for it and takes nothing", async ({ server, clock, jump }) => {
  const token = await tokenOf(server, "ann");
  const post = async () => (await call(server, "/api/messages/%23general", { token, body: "text" })).status;
  for (let i = 0; i < 20; i++) assert.equal(await post(), 201);
  assert.equal(await post(), 429);
  jump();
  assert.equal(await post(), 429, "the jump counted as time that passed");
  clock.advance(200);
  assert.equal(await post(), 201, "time that passed did not count");
  assert.equal(await post(), 429);
}, true);

testEachJump("wrong passwords are counted as before", async ({ server, clock, jump }) => {
  await quit(await registered(server));
  const guess = async (password: string) =>
    (await call(server, "/api/login", { body: { name: "ann", password } })).status;
  for (let i = 0; i < 10; i++) assert.equal(await guess("wrong"), 401);
  jump();
  assert.equal(await guess("wrong"), 429);
  clock.advance(10 * SECOND_MS);
  assert.equal(await guess("secret"), 200);
}, true);

async function registered(server: TestServer): Promise<LineClient> {
  const client = await server.tcp();
  assert.equal((await client.command("/register ann secret")).metadata.code, "welcome");
  return client;
}

testEachJump("nobody is taken for silent, and who is silent is asked and ended in time", async (scene) => {
  const { server, clock, jump } = scene;
  const keeper = await server.websocket("keeper");
  const silent = await server.json("ann");
  const stranger = await server.tcp();
  jump();
  clock.advance(5 * SECOND_MS);
  await keeper.settled();
  assert.ok(!silent.transcript.some((line) => line.includes('"code":"ping"')));
  assert.deepEqual([silent.isEnded, stranger.isEnded], [false, false]);
  clock.advance(30 * SECOND_MS);
  await silent.envelope(is("ping"));
  jump("back");
  clock.advance(35 * SECOND_MS);
  await stranger.until((line) => line.startsWith("! login_timeout"));
  assert.equal(silent.isEnded, false);
  clock.advance(30 * SECOND_MS);
  assert.equal((await silent.envelope(is("error"))).metadata.error, "idle_timeout");
  await silent.rest();
});

testEachJump("who left is away after 10 s, and not before", async ({ server, clock, jump }) => {
  const [ann, ben] = [await server.json("ann"), await server.json("ben")];
  clock.advance(SECOND_MS);
  await ben.settled();
  await quit(ann);
  jump();
  clock.advance(5 * SECOND_MS);
  assert.ok(!codes(await ben.settled()).includes("offline"));
  jump("back");
  clock.advance(6 * SECOND_MS);
  await ben.envelope(is("offline", "ann"));
});

testEachJump("no token and no guest goes before its time, there or back", async (scene) => {
  const { server, jump } = scene;
  const keeper = await server.websocket("keeper");
  const tokens = [await tokenThen(server, "ann"), await tokenThen(server, "")];
  jump();
  await pass(scene, 2 * HOUR_MS, keeper);
  for (const token of tokens) assert.equal(await answerTo(server, token), "welcome");
  jump("back");
  await pass(scene, 2 * HOUR_MS, keeper);
  for (const token of tokens) assert.equal(await answerTo(server, token), "welcome");
});

testEachJump("what ended in its time stays ended", async (scene) => {
  const { server, jump } = scene;
  const keeper = await server.websocket("keeper");
  const guest = await tokenThen(server, "");
  await pass(scene, DAY_MS + 2 * HOUR_MS, keeper);
  assert.equal(await answerTo(server, guest), "bad_credentials");
  for (const back of [undefined, "back"] as const) {
    jump(back);
    await pass(scene, 2 * HOUR_MS, keeper);
    assert.equal(await answerTo(server, guest), "bad_credentials");
  }
});

/** A token of somebody who logged in and left. */
async function tokenThen(server: TestServer, name: string): Promise<unknown> {
  const { client, welcome } = await logIn(server, name);
  await quit(client);
  return welcome.metadata.token;
}

async function answerTo(server: TestServer, token: unknown): Promise<unknown> {
  const client = await server.tcp();
  client.login("", { token });
  const { metadata } = await client.envelope(({ metadata }) => metadata.code !== "ping");
  if (metadata.code === "welcome") await quit(client);
  return metadata.error ?? metadata.code;
}

testEachJump(
  "a name that was given up leads to its account, and nobody else gets it",
  async ({ server, jump }) => {
    const ann = await server.json("ann");
    await ann.command("/nick anna");
    jump();
    jump("back");
    const other = await server.tcp();
    assert.equal((await other.command("/register ann")).metadata.error, "name_in_use");
  },
);
