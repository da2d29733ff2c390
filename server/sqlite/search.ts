/** Full-text search: first what is not indexed yet, read from the log itself, then the index. */

import type { ConversationId, Found, Page, SearchQuery, Seq, StoredMessage } from "../store.ts";
import { type LogText, textsBetween } from "./log_texts.ts";
import { messagesAt } from "./message_rows.ts";
import { ScratchTexts } from "./scratch_texts.ts";
import type { SearchIndex } from "./search_index.ts";
import { foldText, parseSearchWords, type SearchWords } from "./search_words.ts";
import type { Statements } from "./statements.ts";

/** Messages of the tail that are read at once; between two such parts other reads get their turn. */
const TAIL_ROWS = 1000;

/** A search whose words are read and whose rights are known. */
interface Terms extends SearchWords {
  readonly conversationIds: readonly ConversationId[];
  readonly senderId?: number;
  readonly before: Seq;
  /** See `ScratchTexts.asciiWordsOf`. */
  readonly asciiWords: readonly [string, string] | null;
  /** One more than the page holds, to know whether there are more. */
  readonly wanted: number;
}

export class Search {
  readonly #log: Statements;
  /** Null where another process fills the index: then the whole log is the tail. */
  readonly #index: SearchIndex | null;
  readonly #scratch = new ScratchTexts();

  constructor(log: Statements, index: SearchIndex | null) {
    this.#log = log;
    this.#index = index;
  }

  async find(query: SearchQuery): Promise<Page<Found>> {
    const terms = this.#termsOf(query);
    if (!terms) return { messages: [], more: false };
    const seqs = await this.#matches(terms);
    const messages = messagesAt(this.#log, seqs.slice(0, query.limit));
    return { messages: this.#withSnippets(terms, messages), more: seqs.length > query.limit };
  }

  close(): void {
    this.#scratch.close();
    this.#index?.close();
  }

  /** Null where nothing can be found. */
  #termsOf({ userId, words, conversationId, senderId, before, limit }: SearchQuery): Terms | null {
    const parsed = parseSearchWords(words);
    const conversationIds = this.#log.all<{ conversation_id: ConversationId }>(
      "SELECT conversation_id FROM participants WHERE user_id = ?",
      userId,
    ).map((row) => row.conversation_id).filter((id) => conversationId === undefined || id === conversationId);
    if (!parsed || conversationIds.length === 0) return null;
    return {
      ...parsed,
      conversationIds,
      ...(senderId === undefined ? {} : { senderId }),
      before: before ?? Number.MAX_SAFE_INTEGER,
      asciiWords: this.#scratch.asciiWordsOf(parsed.text),
      wanted: limit + 1,
    };
  }

  /** Newest first. */
  async #matches(terms: Terms): Promise<Seq[]> {
    const indexedSeq = this.#index?.indexedSeq ?? 0;
    const recent = await this.#matchesInTail(terms, indexedSeq);
    if (!this.#index || recent.length >= terms.wanted) return recent;
    const older = this.#index.find({
      ...terms,
      before: Math.min(terms.before, indexedSeq + 1),
      limit: terms.wanted - recent.length,
    });
    // The index had to be made again, and is empty: everything is tail now.
    return older ? [...recent, ...older] : await this.#matches(terms);
  }

  async #matchesInTail(terms: Terms, indexedSeq: Seq): Promise<Seq[]> {
    const conversations = new Set(terms.conversationIds);
    const found: Seq[] = [];
    let before = Math.min(terms.before, this.#head() + 1);
    while (found.length < terms.wanted && before > indexedSeq + 1) {
      const after = Math.max(indexedSeq, before - TAIL_ROWS);
      const candidates = textsBetween(this.#log, after, before, terms.asciiWords)
        .filter((row) => conversations.has(row.conversation_id) && mayMatch(terms, row));
      found.push(...this.#exactMatches(terms, candidates));
      before = after + 1;
      await nextTurn();
    }
    return found.slice(0, terms.wanted);
  }

  #head(): Seq {
    return this.#log.get<{ head: Seq }>("SELECT coalesce(max(seq), 0) AS head FROM messages")!.head;
  }

  /** In the order of the candidates. */
  #exactMatches(terms: Terms, candidates: readonly LogText[]): Seq[] {
    if (candidates.length === 0) return [];
    const matching = this.#scratch.matching(terms.match, candidates);
    return candidates.map(({ seq }) => seq).filter((seq) => matching.has(seq));
  }

  #withSnippets(terms: Terms, messages: readonly StoredMessage[]): Found[] {
    const snippets = this.#scratch.snippets(terms.match, messages);
    return messages.map((message) => ({ ...message, snippet: snippets.get(message.seq) ?? "" }));
  }
}

function mayMatch({ needles, senderId }: Terms, { sender_id, text }: LogText): boolean {
  if (senderId !== undefined && sender_id !== senderId) return false;
  const folded = foldText(text);
  return needles.every((needle) => folded.includes(needle));
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => resolve()));
}
