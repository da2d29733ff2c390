/** A full-text index in memory for a handful of texts: finds those that are not indexed yet, and makes snippets. */

import { DatabaseSync } from "node:sqlite";
import type { Seq } from "../store.ts";
import { TOKENIZER } from "./search_index.ts";
import { Statements } from "./statements.ts";

/** How many words a snippet has. */
const SNIPPET_WORDS = 24;

export class ScratchTexts {
  readonly #sql = new Statements(new DatabaseSync(":memory:"));

  constructor() {
    this.#sql.db.exec(`CREATE VIRTUAL TABLE texts USING fts5 (text, ${TOKENIZER})`);
  }

  /** The snippets of those texts that match, by seq. */
  snippets(match: string, texts: readonly { seq: Seq; text: string }[]): Map<Seq, string> {
    this.#sql.run("BEGIN");
    try {
      // node:sqlite would read a snippet only up to its first NUL.
      for (const { seq, text } of texts) {
        this.#sql.run("INSERT INTO texts (rowid, text) VALUES (?, ?)", seq, text.replaceAll("\0", " "));
      }
      const rows = this.#sql.all<{ seq: Seq; snippet: string }>(
        `SELECT rowid AS seq, snippet(texts, 0, '**', '**', '…', ${SNIPPET_WORDS}) AS snippet
        FROM texts WHERE texts MATCH ?`,
        match,
      );
      return new Map(rows.map(({ seq, snippet }) => [seq, snippet]));
    } finally {
      this.#sql.run("ROLLBACK");
    }
  }

  close(): void {
    this.#sql.db.close();
  }
}
