/** The full-text index and the tail that is not in it yet. */

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { textsBetween } from "../server/sqlite/log_texts.ts";
import { ScratchTexts } from "../server/sqlite/scratch_texts.ts";
import { foldText, parseSearchWords } from "../server/sqlite/search_words.ts";
import { SearchIndex } from "../server/sqlite/search_index.ts";
import { Statements } from "../server/sqlite/statements.ts";
import { fill, overwrite, TemporaryFolder } from "./sqlite_scene.ts";

Deno.test("SqliteStore finds the same in the index as in the tail", async () => {
  using folder = new TemporaryFolder();
  await folder.use(async (store) => {
    const { find, say, user } = await fill(store, [
      "green tea",
      "black tea",
      "Grüner Tee",
      "a\0b tea after a NUL",
    ]);
    const before = await find("tea");
    await store.whenIndexed();
    assert.deepEqual(await find("tea"), before);
    assert.equal(before.length, 3);
    await say("white tea");
    assert.deepEqual(await find("tea"), ["white tea", ...before]);
    assert.deepEqual(await find("gru*"), ["Grüner Tee"]);
    const narrow = await store.search({ userId: user.id, words: "tea", senderId: user.id + 1, limit: 9 });
    assert.deepEqual(narrow.messages, []);
  });
  assert.deepEqual(folder.query("SELECT indexed_seq FROM progress", "search.db"), [{ indexed_seq: 4 }]);
});

Deno.test("SqliteStore makes the index again where it is missing, damaged, or another log's", async () => {
  using folder = new TemporaryFolder();
  const path = `${folder.path}/search.db`;
  const spoilings = [
    () => Deno.removeSync(path),
    () => Deno.writeTextFileSync(path, "no database at all ".repeat(500)),
    () => overwrite(path, 4096, 4096 * 3),
    () => void folder.query("UPDATE progress SET epoch = 'another'", "search.db"),
    () => void folder.query("UPDATE progress SET indexed_seq = 1000", "search.db"),
    () => void folder.query("PRAGMA user_version = 99", "search.db"),
  ];
  for (const [round, spoil] of [() => {}, ...spoilings].entries()) {
    spoil();
    await folder.use(async (store) => {
      const { find } = await fill(store, [`tea ${round}`]);
      assert.equal((await find("tea")).length, round + 1, `before indexing, round ${round}`);
      await store.whenIndexed();
      assert.equal((await find("tea")).length, round + 1, `after indexing, round ${round}`);
    });
    const progress = folder.query("SELECT indexed_seq FROM progress", "search.db");
    assert.deepEqual(progress, [{ indexed_seq: round + 1 }], `round ${round}`);
  }
});

Deno.test("a damaged index that cannot be made again at once is made when it can", () => {
  using folder = new TemporaryFolder();
  const path = `${folder.path}/index`;
  Deno.mkdirSync(path);
  const open = () => new SearchIndex(path, { epoch: "one", head: 1 });
  const text = { seq: 1, conversation_id: 1, sender_id: 1, text: "tea" };
  const query = { match: "tea", conversationIds: [1], before: 9, limit: 9 };
  const sound = open();
  sound.add([text]);
  sound.close();
  overwrite(`${path}/search.db`, 4096, 4096);
  const index = open();
  assert.equal(index.indexedSeq, 1);
  Deno.removeSync(path, { recursive: true });
  for (let again = 0; again < 2; again++) assert.throws(() => index.find(query));
  Deno.mkdirSync(path);
  assert.equal(index.find(query), null);
  index.add([text]);
  assert.deepEqual(index.find(query), [1]);
  index.close();
});

Deno.test("of a search the first 1,000 units, 16 words and 4 prefixes are read", () => {
  assert.equal(parseSearchWords("*".repeat(1000) + "a"), null);
  assert.deepEqual(parseSearchWords(`"${"*".repeat(999)}a`), null);
  assert.equal(parseSearchWords("x".repeat(5000))!.text.length, 1000);
  const words = Array.from({ length: 20 }, (_, index) => `w${index}`);
  const first = words.slice(0, 16).join(" ");
  assert.equal(parseSearchWords(words.join(" "))!.text, first);
  assert.equal(parseSearchWords(`"${words.join(" ")}"*`)!.match, `"${first}"`);
  assert.equal(parseSearchWords(words.join("-"))!.match, `"${first.replaceAll(" ", "-")}"`);
  assert.equal(parseSearchWords("a* b* c* d* e* f")!.match, '"a"* AND "b"* AND "c"* AND "d"* AND "f"');
  assert.deepEqual(parseSearchWords("tea**")!.match, '"tea"*');
});

Deno.test("a snippet shows the first hit and what is around it, however often the word is there", () => {
  const scratch = new ScratchTexts();
  const snippetIn = (text: string, match = "tea") => scratch.snippets(match, [{ seq: 1, text }]).get(1)!;
  assert.equal(snippetIn("green Tea\x01 and\x02 tea"), "green **Tea**  and  **tea**");
  const often = snippetIn("tea ".repeat(4000), Array(16).fill("tea").join(" AND "));
  assert.match(often, /^(\*\*tea\*\* ?)+…$/);
  assert.ok(often.length < 300);
  const words = "some words that lead to it ".repeat(10);
  assert.match(snippetIn(`${words}tea ${words}`), /^…[a-z][a-z ]{20,60} \*\*tea\*\* [a-z ]{50,140}[a-z]…$/);
  const noSpaces = snippetIn(`${"\u{1f600}".repeat(500)}tea${"\u{1f600}".repeat(500)}`);
  assert.match(noSpaces, /^…(\u{1f600})+\*\*tea\*\*(\u{1f600})+…$/u);
  assert.equal(snippetIn("t".repeat(400), `${"t".repeat(400)}`), `**${"t".repeat(199)}**…`);
  scratch.close();
});

const anyText = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."aAáäßÉΣσς*\"' ()^:-+{}ａ½ﬁſKİé\0") }),
);

Deno.test("whatever is typed into a search, the index understands it", () => {
  const scratch = new ScratchTexts();
  fc.assert(fc.property(anyText, anyText, (typed, text) => {
    const words = parseSearchWords(typed);
    if (words) scratch.snippets(words.match, [{ seq: 1, text }]);
  }));
  scratch.close();
});

Deno.test("reading the tail leaves out nothing that the index would find", () => {
  const scratch = new ScratchTexts();
  using db = new DatabaseSync(":memory:");
  const log = new Statements(db);
  db.exec("CREATE TABLE messages (seq INTEGER PRIMARY KEY, conversation_id, sender_id, text)");
  fc.assert(
    fc.property(anyText, anyText, anyText, (before, typed, after) => {
      const words = parseSearchWords(typed);
      const text = `${before} ${typed.toUpperCase()} ${after}`;
      if (!words || !scratch.snippets(words.match, [{ seq: 1, text }]).has(1)) return;
      log.run("INSERT OR REPLACE INTO messages VALUES (1, 1, 1, ?)", text);
      assert.equal(
        textsBetween(log, 0, 2, scratch.asciiWordsOf(words.text)).length,
        1,
        JSON.stringify(words),
      );
    }),
    {
      numRuns: 2000,
      examples: [["x", "a b", "y"], ["", "or a", ""], ["\0", "a", ""], ["", "É a", ""], ["", "\u212a", ""]],
    },
  );
  scratch.close();
});

Deno.test("the cheap test of the tail lets through all that the index would find", () => {
  const scratch = new ScratchTexts();
  fc.assert(
    fc.property(anyText, anyText, anyText, (before, typed, after) => {
      const words = parseSearchWords(typed);
      const text = `${before} ${typed.toUpperCase()} ${after}`;
      if (!words || !scratch.snippets(words.match, [{ seq: 1, text }]).has(1)) return;
      const folded = foldText(text);
      assert.ok(words.needles.every((needle) => folded.includes(needle)), JSON.stringify(words));
    }),
    { numRuns: 2000 },
  );
  scratch.close();
});
