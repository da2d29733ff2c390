/** A full-text index in memory for a handful of texts: finds those that are not indexed yet, makes snippets, splits into words. */

import { DatabaseSync } from "node:sqlite";
import type { Seq } from "../store.ts";
import { TOKENIZER } from "./search_index.ts";
import { NEEDLE_LENGTH } from "./search_words.ts";
import { HIT_END, HIT_START, snippetOf } from "./snippet.ts";
import { Statements } from "./statements.ts";

const IS_ASCII_WORD = /^[a-z0-9]+$/;

/** Separate words in any case. node:sqlite reads a text only up to its first NUL. */
const RESERVED = new RegExp(`[\0${HIT_START}${HIT_END}]`, "g");

interface Text {
  readonly seq: Seq;
  readonly text: string;
}

export class ScratchTexts {
  readonly #sql = new Statements(new DatabaseSync(":memory:"));

  constructor() {
    this.#sql.db.exec(`CREATE VIRTUAL TABLE texts USING fts5 (text, ${TOKENIZER});
      CREATE VIRTUAL TABLE words USING fts5vocab (texts, row)`);
  }

  /**
   * What any plain ASCII text contains, in whatever case, that has all the words of this one: the longest two of them, empty
   * where there are fewer, and no longer than NEEDLE_LENGTH. Null where a word is not plain ASCII as the index spells it: then no plain ASCII text has it.
   */
  asciiWordsOf(text: string): readonly [string, string] | null {
    const rows = this.#with(
      [{ seq: 1, text }],
      () => this.#sql.all<{ term: string }>("SELECT term FROM words"),
    );
    const words = rows.map(({ term }) => term);
    if (!words.every((word) => IS_ASCII_WORD.test(word))) return null;
    const [longest = "", second = ""] = words.sort((a, b) => b.length - a.length);
    return [longest.slice(0, NEEDLE_LENGTH), second.slice(0, NEEDLE_LENGTH)];
  }

  /** Which of those texts match. */
  matching(match: string, texts: readonly Text[]): Set<Seq> {
    return this.#with(texts, () => {
      const rows = this.#sql.all<{ seq: Seq }>("SELECT rowid AS seq FROM texts WHERE texts MATCH ?", match);
      return new Set(rows.map(({ seq }) => seq));
    });
  }

  /**
   * The snippets of those texts that match, by seq. Not by `snippet` of FTS5, which compares each hit of a text with each
   * other one: two minutes for one message that says the same short word all over.
   */
  snippets(match: string, texts: readonly Text[]): Map<Seq, string> {
    return this.#with(texts, () => {
      const rows = this.#sql.all<{ seq: Seq; marked: string }>(
        `SELECT rowid AS seq, highlight(texts, 0, '${HIT_START}', '${HIT_END}') AS marked
        FROM texts WHERE texts MATCH ?`,
        match,
      );
      return new Map(rows.map(({ seq, marked }) => [seq, snippetOf(marked)]));
    });
  }

  close(): void {
    this.#sql.db.close();
  }

  /** Does the work while the texts are in the index. */
  #with<T>(texts: readonly Text[], work: () => T): T {
    this.#sql.run("BEGIN");
    try {
      for (const { seq, text } of texts) {
        this.#sql.run("INSERT INTO texts (rowid, text) VALUES (?, ?)", seq, text.replace(RESERVED, " "));
      }
      return work();
    } finally {
      this.#sql.run("ROLLBACK");
    }
  }
}
