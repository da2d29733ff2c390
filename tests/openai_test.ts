import assert from "node:assert/strict";
import { Conversation, estimateTokens, FORGET_AFTER_MS, rebuild } from "../bots/conversation_memory.ts";
import type { RunningBot } from "../bots/bot.ts";
import { endpointFrom, startOpenAi } from "../bots/openai.ts";
import type { Envelope } from "../protocol/message.ts";
import { BotWorld } from "./bot_world.ts";
import { answer, cut, FakeOpenAiServer, stall, status } from "./fake_openai_server.ts";
import { FakeClock } from "./fake_clock.ts";
import { chat } from "./scripted_server.ts";

class Scene {
  readonly clock = new FakeClock();
  readonly world = new BotWorld("openai", this.clock);
  readonly server = new FakeOpenAiServer();
  bot: RunningBot | undefined;

  async start(): Promise<void> {
    const endpoint = { apiKey: "sk-own", baseURL: this.server.baseURL, model: "model-1" };
    this.bot = startOpenAi({ ...this.world.options, endpoint, random: () => 1 });
    await this.bot.ready;
  }

  async restart(): Promise<void> {
    await this.bot?.stop();
    await this.start();
  }

  /** Says it directly, and resolves with the answer. */
  async tell(name: string, text: string): Promise<Envelope> {
    this.world.tell(name, text);
    return await this.world.next();
  }

  async ask(room: string, name: string, text: string): Promise<Envelope> {
    this.world.ask(room, name, text);
    return await this.world.next();
  }

  /** What the model was told the last time, without the system's words. */
  get context(): string[] {
    return this.server.requests.at(-1)!.messages.slice(1).map(({ role, content }) => `${role}: ${content}`);
  }

  get system(): string {
    return this.server.requests.at(-1)!.messages[0]!.content;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bot?.stop();
    await this.world[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    assert.equal(this.clock.pending, 0, "a timer is left");
    assert.deepEqual(this.world.logged.filter(({ level }) => level === "error"), []);
  }
}

/** A scene in which these people are known to the bot, so that they are not greeted. */
async function scene(...known: string[]): Promise<Scene> {
  const made = new Scene();
  for (const name of known) made.world.tell(name, "an old message");
  made.clock.advance(60 * 60 * 1000);
  await made.start();
  return made;
}

Deno.test("a direct question is answered by the model", async () => {
  await using s = await scene("alice");
  s.server.script(answer("Be", "cause."));
  const said = await s.tell("alice", "Why?");
  assert.equal(said.message, "Because.");
  assert.equal(said.metadata.personality, "happy");
  assert.deepEqual(s.context, ["user: Why?"]);
  assert.match(s.system, /cheerful/);
});

Deno.test("whoever writes first is told what the bot can do", async () => {
  await using s = await scene();
  s.server.script(answer("Because."));
  s.world.tell("alice", "Why?");
  assert.match((await s.world.next()).message, /\/ask.*personality happy.*rotate.*reset.*\/stop/);
  assert.equal((await s.world.next()).message, "Because.");
});

Deno.test("a conversation goes on: the model sees what was said before", async () => {
  await using s = await scene("alice");
  s.server.script(answer("One."), answer("Two."), answer("Three."));
  await s.tell("alice", "First?");
  await s.tell("alice", "Second?");
  await s.tell("alice", "Third?");
  assert.deepEqual(s.context, [
    "user: First?",
    "assistant: One.",
    "user: Second?",
    "assistant: Two.",
    "user: Third?",
  ]);
});

Deno.test("nothing of one conversation shows in another: not of a person, not of a room", async () => {
  await using s = await scene("alice", "bob");
  s.server.script(
    answer("Secret noted."),
    answer("Tea."),
    answer("Hi bob."),
    answer("Green."),
    answer("Cold."),
  );
  await s.tell("alice", "My secret is 42.");
  await s.ask("#tea", "alice", "What to drink?");
  assert.deepEqual(s.context, ["user: alice: What to drink?"]);
  await s.tell("bob", "Hello");
  assert.deepEqual(s.context, ["user: Hello"]);
  await s.ask("#TEA", "bob", "Which one?");
  assert.deepEqual(s.context, ["user: alice: What to drink?", "assistant: Tea.", "user: bob: Which one?"]);
  await s.ask("#ice", "bob", "How is it?");
  assert.deepEqual(s.context, ["user: bob: How is it?"]);
  await s.tell("alice", "What is it?");
  assert.deepEqual(s.context, ["user: My secret is 42.", "assistant: Secret noted.", "user: What is it?"]);
});

Deno.test("a direct conversation is remembered through a restart, with its personality", async () => {
  await using s = await scene("alice");
  s.server.script(answer("One."), answer("Two."));
  await s.tell("alice", "personality angry");
  await s.tell("alice", "First?");
  await s.restart();
  await s.tell("alice", "Second?");
  assert.deepEqual(s.context, ["user: First?", "assistant: One.", "user: Second?"]);
  assert.match(s.system, /grumpy/);
});

Deno.test("a room that the bot is in is remembered through a restart; of another only what is new", async () => {
  await using s = await scene();
  s.world.botRooms.add("#home");
  s.server.script(answer("One."), answer("Eins."));
  await s.ask("#home", "alice", "First?");
  s.world.say("#home", "bob", "not asked");
  await s.ask("#away", "alice", "Erste?");
  await s.restart();
  await s.ask("#home", "bob", "Second?");
  assert.deepEqual(s.context, ["user: alice: First?", "assistant: One.", "user: bob: Second?"]);
  await s.ask("#away", "bob", "Zweite?");
  assert.deepEqual(s.context, ["user: bob: Zweite?"]);
});

Deno.test("reset forgets the conversation, also for the time after a restart", async () => {
  await using s = await scene("alice");
  await s.tell("alice", "First?");
  assert.match((await s.tell("alice", "Reset")).message, /forgotten/);
  await s.tell("alice", "Second?");
  assert.deepEqual(s.context, ["user: Second?"]);
  await s.restart();
  await s.tell("alice", "Third?");
  assert.deepEqual(s.context, ["user: Second?", "assistant: Fine.", "user: Third?"]);
});

Deno.test("an answer that was begun before a reset is not remembered after it", async () => {
  await using s = await scene("alice");
  s.server.script(stall("Half"));
  s.world.tell("alice", "First?");
  await s.world.nextDraftOf(s.clock);
  await s.tell("alice", "reset");
  s.world.stop("alice");
  assert.equal((await s.world.next()).message, "Half\n\n[Stopped.]");
  await s.tell("alice", "Second?");
  assert.deepEqual(s.context, ["user: Second?"]);
});

Deno.test("a conversation is forgotten when a day has passed", async () => {
  await using s = await scene("alice");
  await s.tell("alice", "First?");
  s.clock.advance(FORGET_AFTER_MS);
  await s.tell("alice", "Second?");
  assert.equal(s.context.length, 3);
  s.clock.advance(FORGET_AFTER_MS + 1);
  await s.tell("alice", "Third?");
  assert.deepEqual(s.context, ["user: Third?"]);
});

Deno.test("personalities: each by its name, which one it is, and rotate through all in order", async () => {
  await using s = await scene("alice", "bob");
  assert.match((await s.tell("alice", "personality")).message, /is happy\./);
  const seen = [];
  for (let i = 0; i < 3; i++) seen.push((await s.tell("alice", "rotate")).metadata.personality);
  assert.deepEqual(seen, ["angry", "spanish", "happy"]);
  assert.equal((await s.tell("alice", "Personality  SPANISH")).metadata.personality, "spanish");
  assert.match((await s.tell("alice", "personality sad")).message, /happy, angry, spanish/);
  await s.tell("alice", "Why?");
  assert.match(s.system, /Spanish only/);
  await s.ask("#tea", "alice", "Why?");
  assert.match(s.system, /Spanish only/);
  await s.tell("bob", "Why?");
  assert.match(s.system, /cheerful/);
});

Deno.test("rotating twice at once goes two steps", async () => {
  await using s = await scene("alice");
  s.world.tell("alice", "rotate");
  s.world.tell("alice", "rotate");
  const said = [await s.world.next(), await s.world.next()];
  assert.deepEqual(said.map(({ metadata }) => metadata.personality), ["angry", "spanish"]);
});

Deno.test("a question that begins like a word for the bot is a question, and in a room each is", async () => {
  await using s = await scene("alice");
  for (
    const text of [
      "help me with my essay",
      "personality disorders in dogs",
      "reset my router",
      "rotate left?",
    ]
  ) {
    assert.equal((await s.tell("alice", text)).message, "Fine.");
  }
  assert.equal((await s.ask("#tea", "alice", "help")).message, "Fine.");
  assert.match((await s.tell("alice", " HELP ")).message, /Ask me anything/);
});

Deno.test("the endpoint's failure is one line, and is not remembered as an answer", async () => {
  await using s = await scene("alice");
  s.server.script(status(401), cut("It is"), answer("Yes."));
  const refused = await s.tell("alice", "First?");
  assert.match(refused.message, /^The AI service refused the API key/);
  assert.ok(!refused.message.includes("\n"));
  const half = await s.tell("alice", "Second?");
  assert.match(half.message, /^It is\n\n\[Cut off: The connection to the AI service broke/);
  await s.tell("alice", "Third?");
  const expected = ["user: Second?", "assistant: It is", "user: Third?"];
  assert.deepEqual(s.context, expected);
  await s.restart();
  await s.tell("alice", "Fourth?");
  assert.deepEqual(s.context, [...expected, "assistant: Yes.", "user: Fourth?"]);
  assert.ok(!JSON.stringify(s.world.logged).includes("upstream"));
  assert.ok(!JSON.stringify(s.world.logged).includes("sk-"));
});

Deno.test("/stop ends the request at the endpoint", async () => {
  await using s = await scene("alice");
  s.server.script(stall("Half"));
  s.world.tell("alice", "Why?");
  await s.world.nextDraftOf(s.clock);
  s.world.stop("alice");
  const stopped = await s.world.next();
  assert.equal(stopped.message, "Half\n\n[Stopped.]");
  assert.equal((await s.server.nextLeft()).messages.at(-1)!.content, "Why?");
  assert.equal(s.clock.pending, 0);
});

Deno.test("the memory holds as many exchanges as fit, the newest", () => {
  const conversation = new Conversation();
  for (let i = 0; i < 200; i++) {
    conversation.add({ asker: "a", seq: i, question: `q${i}`, answer: "x".repeat(300), at: i });
  }
  const recent = conversation.recent(200, 1000);
  assert.equal(recent.at(-1)!.question, "q199");
  const tokens = recent.reduce(
    (sum, { question, answer }) => sum + estimateTokens(question) + estimateTokens(answer),
    0,
  );
  assert.ok(tokens <= 1000 && tokens > 800);
});

Deno.test("an exchange that is too long for the memory is shortened", () => {
  const conversation = new Conversation();
  conversation.add({ asker: "a", seq: 1, question: "語".repeat(5000), answer: "😀".repeat(5000), at: 0 });
  const [exchange] = conversation.recent(0, 1000);
  assert.ok(estimateTokens(exchange!.question) + estimateTokens(exchange!.answer) <= 1010);
  assert.ok(exchange!.answer.isWellFormed());
});

Deno.test("a history is read with care: strangers' claims, and answers without their question", () => {
  const own = (seq: number, message: string, metadata: Record<string, unknown>) =>
    chat(seq, "openai", message, { destination: "alice", metadata: { bot: true, ...metadata } });
  const history = [
    chat(1, "alice", "Why?", { destination: "openai", metadata: { personality: "angry", reset: true } }),
    own(2, "Because.", { answer_to: 1, draft: "d", personality: "nobody" }),
    own(3, "To what?", { answer_to: 0, draft: "d" }),
    own(4, "I help.", { answer_to: 1 }),
    own(5, "Failed.", { answer_to: 1, draft: "d", cut_off: "failed" }),
    chat(6, "mallory", "I am it.", { destination: "alice", metadata: { answer_to: 1, draft: "d" } }),
    own(7, "Odd.", { answer_to: "1", draft: "d" }),
  ];
  const conversation = rebuild(history, "OpenAI");
  assert.equal(conversation.personality, "happy");
  assert.deepEqual(conversation.recent(Date.parse(history[0]!.timestamp)).map(({ answer }) => answer), [
    "Because.",
  ]);
});

Deno.test("the environment names the endpoint; what it leaves out has its default", () => {
  assert.deepEqual(
    endpointFrom({ OPENAI_API_KEY: " k ", OPENAI_BASE_URL: "http://x/v1", OPENAI_MODEL: "m" }),
    {
      apiKey: "k",
      baseURL: "http://x/v1",
      model: "m",
    },
  );
  const { apiKey, baseURL } = endpointFrom({ OPENAI_BASE_URL: "" });
  assert.deepEqual([apiKey, baseURL], ["", "https://api.openai.com/v1"]);
});

Deno.test("memory tells what is remembered, in words and for programs, and how much may still be asked", async () => {
  await using s = await scene("alice");
  const nothing = await s.tell("alice", "memory");
  assert.match(nothing.message, /^I remember nothing of our conversation/);
  assert.deepEqual(nothing.metadata.memory, { questions: 0, tokens: 0, most_tokens: 4000 });
  assert.equal(nothing.metadata.questions_left, 30);
  s.server.script(answer("Because."));
  const said = await s.tell("alice", "Why `not`\nnow?");
  assert.equal(said.metadata.questions_left, 29);
  const { message, metadata } = await s.tell("alice", "Memory");
  assert.match(message, /^I remember 1 question and its answer .* 8 of at most 4000 tokens/);
  assert.match(message, /^- \d{4}-\d\d-\d\d \d\d:\d\d UTC: `Why 'not' now\?`$/m);
  assert.match(message, /You can ask 29 more questions now\.$/);
  assert.equal(metadata.personality, "happy");
  const since = s.clock.now();
  assert.deepEqual(metadata.memory, {
    questions: 1,
    tokens: 8,
    most_tokens: 4000,
    since: new Date(since).toISOString(),
    until: new Date(since + FORGET_AFTER_MS).toISOString(),
  });
  await s.tell("alice", "reset");
  assert.match((await s.tell("alice", "memory")).message, /^I remember nothing/);
  assert.equal(s.server.requests.length, 1);
});
