/** A full-text index in memory for a handful of texts: finds those that are not indexed yet, makes snippets, splits into words. */

import { DatabaseSync } from "node:sqlite";
import type { Seq } from "../store.ts";
import { TOKENIZER } from "./search_index.ts";
import { Statements } from "./statements.ts";

/** How many words a snippet has. */
const SNIPPET_WORDS = 24;

const IS_ASCII_WORD = /^[a-z0-9]+$/;

export class ScratchTexts {
  readonly #sql = new Statements(new DatabaseSync(":memory:"));

  constructor() {
    this.#sql.db.exec(`CREATE VIRTUAL TABLE texts USING fts5 (text, ${TOKENIZER});
      CREATE VIRTUAL TABLE words USING fts5vocab (texts, row)`);
  }

  /**
   * What any plain ASCII text contains, in whatever case, that has all the words of this one: the longest two of them, empty
   * where there are fewer. Null where a word is not plain ASCII as the index spells it: then no plain ASCII text has it.
   */
  asciiWordsOf(text: string): readonly [string, string] | null {
    const rows = this.#with(
      [{ seq: 1, text }],
      () => this.#sql.all<{ term: string }>("SELECT term FROM words"),
    );
    const words = rows.map(({ term }) => term);
    if (!words.every((word) => IS_ASCII_WORD.test(word))) return null;
    const [longest = "", second = ""] = words.sort((a, b) => b.length - a.length);
    return [longest, second];
  }

  /** The snippets of those texts that match, by seq. */
  snippets(match: string, texts: readonly { seq: Seq; text: string }[]): Map<Seq, string> {
    return this.#with(texts, () => {
      const rows = this.#sql.all<{ seq: Seq; snippet: string }>(
        `SELECT rowid AS seq, snippet(texts, 0, '**', '**', '…', ${SNIPPET_WORDS}) AS snippet
        FROM texts WHERE texts MATCH ?`,
        match,
      );
      return new Map(rows.map(({ seq, snippet }) => [seq, snippet]));
    });
  }

  close(): void {
    this.#sql.db.close();
  }

  /** Does the work while the texts are in the index. */
  #with<T>(texts: readonly { seq: Seq; text: string }[], work: () => T): T {
    this.#sql.run("BEGIN");
    try {
      // node:sqlite would read a snippet only up to its first NUL.
      for (const { seq, text } of texts) {
        this.#sql.run("INSERT INTO texts (rowid, text) VALUES (?, ?)", seq, text.replaceAll("\0", " "));
      }
      return work();
    } finally {
      this.#sql.run("ROLLBACK");
    }
  }
}
