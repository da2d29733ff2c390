import assert from "node:assert/strict";
import type { Seq } from "../../server/store.ts";
import { NOW, seqOf, type Test, World } from "./world.ts";

export function testQuestions(test: Test): void {
  const askWorld = async (world: World) => {
    const [alice, bot] = [await world.user("alice"), await world.user("openai", { isBot: true })];
    const room = await world.room("#tea", alice);
    const question = await world.say(alice, room, "why?", { askedBotId: bot.id });
    return { alice, bot, room, question };
  };

  test("a bot answers a question once, also where it is no member", async (world) => {
    const { bot, room, question } = await askWorld(world);
    const answer = world.message(bot, room, "because", { clientId: "answer-1", answersSeq: question });
    const [first] = await world.store.append([answer]);
    const seq = seqOf(first!);
    assert.deepEqual(await world.store.append([answer]), [{ status: "duplicate", seq, createdAt: NOW }]);
    const second = world.message(bot, room, "or because", { clientId: "answer-1b", answersSeq: question });
    assert.deepEqual(await world.store.append([second]), [{ status: "not_asked" }]);
    assert.equal(await world.store.head(), seq);
  });

  test("only the bot that was asked may answer, and only where it was asked", async (world) => {
    const { alice, bot, room, question } = await askWorld(world);
    const other = await world.user("other", { isBot: true });
    const elsewhere = await world.room("#coffee", alice);
    const outcomes = await world.store.append([
      world.message(other, room, "me!", { answersSeq: question }),
      world.message(bot, elsewhere, "here", { answersSeq: question }),
      world.message(bot, room, "no question", { answersSeq: question + 1 }),
      world.message(bot, room, "right", { answersSeq: question }),
    ]);
    assert.deepEqual(outcomes.map(({ status }) => status), ["not_asked", "not_asked", "not_asked", "stored"]);
  });

  test("who asked a question is known for the bot that was asked", async (world) => {
    const { alice, bot, room, question } = await askWorld(world);
    const other = await world.user("other", { isBot: true });
    const statement = await world.say(alice, room, "no question");
    assert.equal(await world.store.askerOf(question, bot.id), alice.id);
    assert.equal(await world.store.askerOf(question, other.id), null);
    assert.equal(await world.store.askerOf(statement, bot.id), null);
    await world.say(bot, room, "because", { answersSeq: question });
    assert.equal(await world.store.askerOf(question, bot.id), alice.id);
  });

  test("a question that is sent again is asked once", async (world) => {
    const { alice, bot, room } = await askWorld(world);
    const question = world.message(alice, room, "how?", { clientId: "q", askedBotId: bot.id });
    const [first, second] = await world.store.append([question, question]);
    assert.deepEqual(second, { status: "duplicate", seq: seqOf(first!), createdAt: NOW });
  });

  test("a bot misses questions that have no answer, also in rooms that it is not in", async (world) => {
    const { alice, bot, room, question } = await askWorld(world);
    await world.say(alice, room, "not asked");
    const second = await world.say(alice, room, "and how?", { askedBotId: bot.id });
    const missed = async (after: Seq) =>
      (await world.store.missed(bot.id, after, { includeOwn: false })).seqs;
    assert.deepEqual(await missed(0), [question, second]);
    await world.say(bot, room, "because", { answersSeq: question });
    assert.deepEqual(await missed(0), [second]);
    assert.deepEqual(await missed(second), []);
  });

  test("a bot that ended before it answered is given again what was asked of it since a time", async (world) => {
    const { alice, bot, room, question } = await askWorld(world);
    const ask = (text: string, createdAt: number) =>
      world.say(alice, room, text, { askedBotId: bot.id, createdAt });
    await ask("long ago?", NOW - 1);
    const answered = await ask("answered?", NOW);
    const [first, second] = [await ask("first?", NOW), await ask("second?", NOW + 1)];
    await world.say(bot, room, "because", { answersSeq: answered });
    const after = await world.store.head();
    const third = await ask("third?", NOW + 2);
    const missed = async (userId: number, since: Seq, askedSince: number) =>
      (await world.store.missed(userId, since, { includeOwn: false, askedSince })).seqs;
    assert.deepEqual(await missed(bot.id, after, NOW), [question, first, second, third]);
    assert.deepEqual(await missed(bot.id, after, NOW + 1), [second, third]);
    assert.deepEqual(await missed(bot.id, third, NOW + 3), []);
    assert.deepEqual(await missed(alice.id, after, NOW), []);
  });

  test("a question is given again once, also where more than ten thousand messages were missed", async (world) => {
    const { alice, bot, room } = await askWorld(world);
    await world.store.join(room.id, bot.id, NOW);
    const question = await world.say(alice, room, "now?", { askedBotId: bot.id });
    const seqs = await world.sayMany(alice, room, 10_001);
    const missed = (after: Seq) =>
      world.store.missed(bot.id, after, { includeOwn: false, askedSince: NOW + 1 });
    const again = await world.store.missed(bot.id, question, { includeOwn: false, askedSince: NOW });
    assert.deepEqual(again.seqs, [question - 1, question, ...seqs.slice(1)]);
    assert.deepEqual(again.gap, { from: seqs[0], to: seqs[0] });
    assert.deepEqual((await missed(question)).seqs, seqs.slice(1));
  });

  test("a bot that is a member may answer too, and says also what answers nothing open", async (world) => {
    const { bot, room, question } = await askWorld(world);
    await world.store.join(room.id, bot.id, NOW);
    const answer = (text: string, clientId: string) =>
      world.store.append([world.message(bot, room, text, { clientId, answersSeq: question })]);
    const [first] = await answer("because", "answer-1");
    const { seqs } = await world.store.missed(bot.id, question, { includeOwn: false, askedSince: NOW });
    assert.deepEqual(seqs, []);
    assert.equal((await answer("and because", "more"))[0]!.status, "stored");
    assert.deepEqual(await answer("because", "answer-1"), [
      { status: "duplicate", seq: seqOf(first!), createdAt: NOW },
    ]);
  });

  test("a question in a bot's own room is missed once", async (world) => {
    const { bot, room, alice } = await askWorld(world);
    await world.store.join(room.id, bot.id, NOW);
    const question = await world.say(alice, room, "now?", { askedBotId: bot.id });
    const { seqs } = await world.store.missed(bot.id, question - 1, { includeOwn: false });
    assert.deepEqual(seqs, [question]);
  });
}
