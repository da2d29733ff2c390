import { setImmediate } from "node:timers";
import assert from "node:assert/strict";
import { type AnswerContext, type Answerer, startAnsweringBot } from "../bots/answering_bot.ts";
import { AnswerFailed } from "../bots/answer_text.ts";
import type { Question, RunningBot } from "../bots/bot.ts";
import { DRAFT_INTERVAL_MS } from "../bots/drafts.ts";
import { LIMITS, utf8Length } from "../protocol/message.ts";
import { BotWorld } from "./bot_world.ts";
import { FakeClock } from "./fake_clock.ts";
import { Mailbox } from "./scripted_server.ts";

/** An answer that the test writes. */
class Writing {
  readonly #pieces = new Mailbox<string | Error | null>();
  isAborted = false;

  constructor(readonly question: Question, readonly context: AnswerContext) {}

  write(piece: string): void {
    this.#pieces.put(piece);
  }

  fail(error: Error): void {
    this.#pieces.put(error);
  }

  end(): void {
    this.#pieces.put(null);
  }

  /** Like a source that does not heed its signal. */
  async *pieces(): AsyncGenerator<string> {
    for (let piece = await this.#pieces.take(); piece !== null; piece = await this.#pieces.take()) {
      if (piece instanceof Error) throw piece;
      yield piece;
    }
  }
}

class ScriptedAnswerer implements Answerer {
  readonly greeting = "Hello, I answer.";
  readonly #begun = new Mailbox<Writing>();

  /** The next answer that the bot begins. */
  next(): Promise<Writing> {
    return this.#begun.take();
  }

  answer(question: Question, context: AnswerContext): AsyncIterable<string> {
    const writing = new Writing(question, context);
    this.#begun.put(writing);
    return writing.pieces();
  }

  command({ text }: Question) {
    return text === "help" ? { text: "Helping.", metadata: { helped: true } } : undefined;
  }
}

class Scene {
  readonly clock = new FakeClock();
  readonly answerer = new ScriptedAnswerer();
  readonly world = new BotWorld("openai", this.clock);
  bot: RunningBot | undefined;

  async start(): Promise<void> {
    this.bot = startAnsweringBot(this.answerer, this.world.options);
    await this.bot.ready;
  }

  /** Lets these people be known to the bot, so that they are not greeted. */
  know(...names: string[]): void {
    for (const name of names) this.world.tell(name, "an old message");
    this.clock.advance(60 * 60 * 1000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bot?.stop();
    await this.world[Symbol.asyncDispose]();
    assert.equal(this.clock.pending, 0, "a timer is left");
    const errors = this.world.logged.filter(({ level }) => level === "error");
    assert.deepEqual(errors, []);
  }
}

async function scene(...known: string[]): Promise<Scene> {
  const made = new Scene();
  made.know(...known);
  await made.start();
  return made;
}

Deno.test("a direct question is answered once, with an id and metadata that name it", async () => {
  await using s = await scene("alice");
  const question = s.world.tell("alice", "Why?");
  const writing = await s.answerer.next();
  assert.equal(writing.question.text, "Why?");
  writing.write("Because ");
  writing.write("of that.");
  writing.end();
  const answer = await s.world.next();
  assert.equal(answer.message, "Because of that.");
  assert.equal(answer.destination, "alice");
  assert.equal(answer.id, `answer-${question.seq}`);
  assert.equal(answer.metadata.answer_to, question.seq);
  assert.equal(typeof answer.metadata.draft, "string");
});

Deno.test("a question asked in a room that the bot is not in is answered there", async () => {
  await using s = await scene();
  const question = s.world.ask("#tea", "alice", "Why?");
  (await s.answerer.next()).end();
  const answer = await s.world.next();
  assert.equal(answer.destination, "#tea");
  assert.equal(answer.metadata.answer_to, question.seq);
  assert.match(answer.message, /The answer was empty/);
});

Deno.test("what is said in a room, by bots, or by the bot itself is no question", async () => {
  await using s = await scene("alice");
  s.world.say("#tea", "bob", "Hello all");
  s.world.tell("otherbot", "Hello you", { bot: true });
  s.world.tell("OpenAI", "Hello me");
  s.world.tell("alice", "Why?");
  const writing = await s.answerer.next();
  assert.equal(writing.question.asker, "alice");
  writing.write("So.");
  writing.end();
  await s.world.next();
});

Deno.test("whoever writes for the first time ever is greeted, once", async () => {
  await using s = await scene();
  s.world.tell("alice", "help");
  assert.equal((await s.world.next()).message, "Hello, I answer.");
  const help = await s.world.next();
  assert.equal(help.message, "Helping.");
  assert.equal(help.metadata.helped, true);
  s.world.tell("alice", "help");
  assert.equal((await s.world.next()).message, "Helping.");
});

Deno.test("who was only asked to wait by the bot is greeted at the first direct message", async () => {
  await using s = await scene();
  s.world.messages.push({
    type: "chat",
    sender: "openai",
    destination: "alice",
    message: "Your question waits.",
    timestamp: new Date(s.clock.now()).toISOString(),
    metadata: { bot: true },
    seq: 1,
  });
  s.world.tell("alice", "help");
  assert.equal((await s.world.next()).message, "Hello, I answer.");
  await s.world.next();
});

Deno.test("an answer is shown while it is written, at most 10 times a second", async () => {
  await using s = await scene("alice");
  const question = s.world.tell("alice", "Why?");
  const writing = await s.answerer.next();
  for (const piece of ["Be", "cau", "se"]) writing.write(piece);
  await s.clock.armed(DRAFT_INTERVAL_MS);
  await turn();
  s.clock.advance(DRAFT_INTERVAL_MS);
  const draft = await s.world.nextDraft();
  assert.equal(draft.destination, "alice");
  assert.equal(draft.metadata.delta, "Because");
  assert.equal(draft.metadata.answer_to, question.seq);
  writing.write(" of it.");
  await s.clock.armed(DRAFT_INTERVAL_MS);
  s.clock.advance(DRAFT_INTERVAL_MS);
  const next = await s.world.nextDraft();
  assert.equal(next.metadata.delta, " of it.");
  assert.equal(next.metadata.draft, draft.metadata.draft);
  writing.end();
  const answer = await s.world.next();
  assert.equal(answer.metadata.draft, draft.metadata.draft);
  assert.ok(DRAFT_INTERVAL_MS >= 100);
});

Deno.test("what comes slowly is shown at once", async () => {
  await using s = await scene("alice");
  s.world.tell("alice", "Why?");
  const writing = await s.answerer.next();
  writing.write("Be");
  await s.world.nextDraftOf(s.clock);
  s.clock.advance(DRAFT_INTERVAL_MS);
  writing.write("cause");
  await s.clock.armed(0);
  s.clock.advance(0);
  assert.equal((await s.world.nextDraft()).metadata.delta, "cause");
  writing.end();
  await s.world.next();
});

Deno.test("drafts of several answers take turns, and long ones come in parts that end between characters", async () => {
  await using s = await scene("alice", "bob");
  s.world.tell("alice", "Why?");
  const first = await s.answerer.next();
  s.world.tell("bob", "How?");
  const second = await s.answerer.next();
  const long = "x".repeat(599) + "😀" + "y".repeat(100);
  first.write(long);
  await s.clock.armed(DRAFT_INTERVAL_MS);
  second.write("So.");
  await turn();
  const deltas: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    s.clock.advance(DRAFT_INTERVAL_MS);
    const { destination, metadata } = await s.world.nextDraft();
    deltas.push([destination, metadata.delta]);
    assert.ok(utf8Length(JSON.stringify(metadata)) < 4096);
  }
  assert.deepEqual(deltas, [
    ["alice", "x".repeat(599)],
    ["bob", "So."],
    ["alice", "😀" + "y".repeat(100)],
  ]);
  first.end();
  second.end();
  await s.world.next();
  await s.world.next();
});

Deno.test("one question at a time for each user; the next waits, is told so, and then has its turn", async () => {
  await using s = await scene("alice", "bob");
  s.world.tell("alice", "One?");
  const one = await s.answerer.next();
  const second = s.world.tell("alice", "Two?");
  const notice = await s.world.next();
  assert.equal(notice.destination, "alice");
  assert.equal(notice.id, `waiting-${second.seq}`);
  assert.match(notice.message, /one question at a time/);
  s.world.tell("bob", "Three?");
  const three = await s.answerer.next();
  assert.equal(three.question.asker, "bob");
  one.write("1");
  one.end();
  assert.equal((await s.world.next()).message, "1");
  const two = await s.answerer.next();
  assert.equal(two.question.text, "Two?");
  for (const [writing, text] of [[two, "2"], [three, "3"]] as const) {
    writing.write(text);
    writing.end();
    assert.equal((await s.world.next()).message, text);
  }
});

Deno.test("four answers are written at a time, 16 questions wait, and then it is full", async () => {
  const people = Array.from({ length: 21 }, (_, i) => `user${i}`);
  await using s = await scene(...people);
  const running: Writing[] = [];
  for (const name of people) s.world.tell(name, "Why?");
  for (let i = 0; i < 4; i++) running.push(await s.answerer.next());
  for (let i = 0; i < 16; i++) {
    const notice = await s.world.next();
    assert.equal(notice.destination, `user${4 + i}`);
    assert.ok(
      notice.message.includes(i === 1 ? "1 question waits before" : `${i} questions wait before`),
      notice.message,
    );
  }
  const refusal = await s.world.next();
  assert.equal(refusal.destination, "user20");
  assert.match(refusal.message, /Too many questions/);
  running[0]!.end();
  await s.world.next();
  assert.equal((await s.answerer.next()).question.asker, "user4");
});

Deno.test("one user cannot fill the queue", async () => {
  await using s = await scene("alice", "bob");
  for (let i = 0; i < 6; i++) s.world.tell("alice", `Question ${i}?`);
  const first = await s.answerer.next();
  for (let i = 0; i < 4; i++) assert.match((await s.world.next()).message, /question/);
  assert.match((await s.world.next()).message, /as I can keep for one person/);
  s.world.tell("bob", "Mine?");
  assert.equal((await s.answerer.next()).question.asker, "bob");
  assert.equal(first.question.text, "Question 0?");
});

Deno.test("/stop keeps what was written, marked, and drops what of the user's waits", async () => {
  await using s = await scene("alice", "bob");
  s.world.tell("alice", "One?");
  const one = await s.answerer.next();
  s.world.tell("alice", "Two?");
  await s.world.next();
  s.world.tell("bob", "Three?");
  const three = await s.answerer.next();
  one.write("So far");
  await s.clock.armed(DRAFT_INTERVAL_MS);
  s.world.stop("Alice");
  const stopped = await s.world.next();
  assert.equal(stopped.message, "So far\n\n[Stopped.]");
  assert.equal(stopped.metadata.cut_off, "stopped");
  assert.equal(one.context.signal.aborted, true);
  assert.equal(three.context.signal.aborted, false);
  s.world.tell("alice", "Four?");
  assert.equal((await s.answerer.next()).question.text, "Four?");
});

Deno.test("/stop before the first word, and for a user without a question", async () => {
  await using s = await scene("alice");
  s.world.stop("nobody");
  s.world.tell("alice", "One?");
  await s.answerer.next();
  s.world.stop("alice");
  assert.equal((await s.world.next()).message, "Stopped.");
});

Deno.test("an answer that fails says why in one line, and keeps what was written", async () => {
  await using s = await scene("alice");
  s.world.tell("alice", "One?");
  (await s.answerer.next()).fail(new AnswerFailed("The sky is down.", { kind: "sky" }));
  const whole = await s.world.next();
  assert.equal(whole.message, "The sky is down.");
  assert.equal(whole.metadata.cut_off, "failed");
  s.world.tell("alice", "Two?");
  const writing = await s.answerer.next();
  writing.write("It is because");
  writing.fail(new AnswerFailed("The sky is down."));
  assert.equal((await s.world.next()).message, "It is because\n\n[Cut off: The sky is down.]");
});

Deno.test("a fault inside an answerer is logged, and none of it is shown", async () => {
  await using s = await scene("alice");
  s.world.tell("alice", "One?");
  (await s.answerer.next()).fail(new TypeError("secret sk-123 of undefined"));
  const { message } = await s.world.next();
  assert.match(message, /Something went wrong inside this bot/);
  assert.ok(!message.includes("secret"));
  const [fault] = s.world.logged.splice(s.world.logged.findIndex(({ level }) => level === "error"), 1);
  assert.match(String(fault?.properties?.error), /TypeError/);
});

for (const [kind, letter] of [["ASCII", "a"], ["emoji", "😀"], ["CJK", "語"]] as const) {
  Deno.test(`an answer longer than a message is cut between characters and says so (${kind})`, async () => {
    await using s = await scene("alice");
    s.world.tell("alice", "Long?");
    const writing = await s.answerer.next();
    writing.write("b" + letter.repeat(3000));
    writing.write(letter.repeat(1_000_000));
    const { message, metadata } = await s.world.next();
    assert.ok(utf8Length(message) <= LIMITS.messageBytes);
    assert.ok(utf8Length(message) > LIMITS.messageBytes - 600);
    assert.ok(message.isWellFormed());
    assert.match(message, /\n\n\[Cut off: a message can hold no more\.\]$/);
    assert.equal(metadata.cut_off, "too_long");
  });
}

Deno.test("a question that came while the bot was away is answered within 10 minutes, and never twice", async () => {
  await using s = new Scene();
  s.know("alice", "bob");
  s.world.tell("alice", "Answered?");
  s.world.messages.push({
    type: "chat",
    sender: "openai",
    destination: "alice",
    message: "Yes.",
    id: "answer-3",
    timestamp: new Date(s.clock.now()).toISOString(),
    metadata: { bot: true, answer_to: 3 },
    seq: 4,
  });
  s.world.tell("bob", "Too old?");
  s.clock.advance(10 * 60_000 + 1);
  s.world.tell("alice", "Open?");
  s.clock.advance(9 * 60_000);
  await s.start();
  const writing = await s.answerer.next();
  assert.equal(writing.question.text, "Open?");
  writing.write("Now.");
  writing.end();
  assert.equal((await s.world.next()).metadata.answer_to, 6);
  s.world.tell("bob", "New?");
  assert.equal((await s.answerer.next()).question.text, "New?");
});

Deno.test("an answer that was written during an outage is said when the connection is back, once", async () => {
  await using s = await scene("alice");
  const question = s.world.tell("alice", "Why?");
  const writing = await s.answerer.next();
  s.world.isDeaf = true;
  s.world.drop();
  writing.write("Because.");
  writing.end();
  s.world.isDeaf = false;
  assert.equal((await s.world.next()).id, `answer-${question.seq}`);
  s.world.tell("alice", "help");
  assert.equal((await s.world.next()).message, "Helping.");
});

Deno.test("another answer to an answered question is dropped without a word", async () => {
  await using s = await scene("alice");
  const question = s.world.ask("#tea", "alice", "Why?");
  const writing = await s.answerer.next();
  s.world.messages.push({
    type: "chat",
    sender: "openai",
    destination: "#tea",
    message: "Said before.",
    id: `answer-${question.seq}`,
    timestamp: new Date(s.clock.now()).toISOString(),
    metadata: { bot: true },
    seq: s.world.messages.length + 1,
  });
  writing.write("Said again.");
  writing.end();
  s.world.tell("alice", "help");
  assert.equal((await s.world.next()).message, "Helping.");
});

Deno.test("a bot that is stopped says what it has written, and tells those who wait", async () => {
  await using s = await scene("alice", "bob");
  s.world.tell("alice", "One?");
  const writing = await s.answerer.next();
  s.world.tell("alice", "Two?");
  await s.world.next();
  writing.write("So far");
  await s.clock.armed(DRAFT_INTERVAL_MS);
  const stopped = s.bot!.stop();
  const said = [await s.world.next(), await s.world.next()].map(({ message }) => message).sort();
  assert.deepEqual(said, [
    "So far\n\n[Cut off: this bot is being stopped. Please ask again.]",
    "This bot was stopped before your turn came. Please ask again.",
  ]);
  await stopped;
});

Deno.test("a bot that cannot say its last words stops all the same", async () => {
  await using s = await scene("alice");
  s.world.tell("alice", "One?");
  await s.answerer.next();
  s.world.isDeaf = true;
  s.world.drop();
  const stopped = s.bot!.stop();
  await s.clock.armed(1500);
  s.clock.advance(1500);
  await stopped;
});

Deno.test("a bot whose token is refused does not start, says why in the log, and can be stopped", async () => {
  await using world = new BotWorld("openai", new FakeClock());
  world.refusesLogin = true;
  const bot = startAnsweringBot(new ScriptedAnswerer(), world.options);
  await assert.rejects(bot.ready, /bad_credentials/);
  await bot.ended;
  await bot.stop();
  assert.ok(world.logged.some(({ properties }) => String(properties?.problem).includes("bad_credentials")));
});

/** One turn of the event loop: what waits in promises has run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
