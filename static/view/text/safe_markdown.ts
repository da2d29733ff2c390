/**
 * Markdown that somebody else wrote, as nodes that cannot run anything, load anything, or look like the page's own. Nothing here
 * or elsewhere makes markup of a text: each token becomes an element of a fixed kind, and every word a text node.
 */

import { Lexer, type MarkedToken, type Token, Tokenizer, type Tokens } from "marked";
import { codeBlock } from "./code_block.ts";
import { element, type Nodes } from "./element.ts";
import { linkOut, textWithReferences } from "./safe_link.ts";
import { visible } from "./visible_text.ts";

/** HTML in a message is text like any other. */
class ChatTokenizer extends Tokenizer {
  override html(): undefined {}
  override tag(): undefined {}
}

/** Deeper quotes and lists than this are shown as plain text: they cost time and space, and nobody means them. */
const DEEP_NESTING = /^[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*){9}/m;

/** Runs of characters that Markdown parsers take long to give up on. */
const MANY_DELIMITERS = /[*_~`[\]()<!]{200}|(?:[[(<*_`!][^\n]{0,3}){400}/;

/** Without one of these a text is one paragraph of words. */
const MARKUP = /[\\`*_~[\]<>#|@&=+]|:\/\/|www\.|\n[ \t]*(?:\n|[-\d])|\n {4}|\n\t|^\s|^\d{1,9}[.)]|^-|\n-/i;

/** The blocks of a text, each with the source that it was made of. */
export interface Block {
  readonly raw: string;
  readonly token: Token;
}

/** Whether the text may be handed to the parser; what may not is shown as it was written. */
export function isParseable(text: string): boolean {
  return !DEEP_NESTING.test(text) && !MANY_DELIMITERS.test(text);
}

/** The top level of a text that `visible` has been through. */
export function parseBlocks(text: string): Block[] {
  const lexer = new Lexer({ gfm: true, tokenizer: new ChatTokenizer() });
  return lexer.lex(text).map((token) => ({ raw: token.raw, token }));
}

export function renderMarkdown(source: string, me: string | undefined): DocumentFragment {
  const fragment = document.createDocumentFragment();
  const text = visible(source);
  fragment.append(...nodesOf(text, me));
  return fragment;
}

function nodesOf(text: string, me: string | undefined): Nodes {
  if (!MARKUP.test(text)) return [element("p", [text])];
  if (!isParseable(text)) return [plainText(text)];
  try {
    return parseBlocks(text).flatMap(({ token }) => renderBlock(token, me));
  } catch {
    return [plainText(text)];
  }
}

export function plainText(text: string): HTMLElement {
  return element("p", [text]);
}

export function renderBlock(token: Token, me: string | undefined): Nodes {
  return new Renderer(me).block(token as MarkedToken);
}

class Renderer {
  readonly #me: string | undefined;

  constructor(me: string | undefined) {
    this.#me = me;
  }

  block(token: MarkedToken): Nodes {
    switch (token.type) {
      case "space":
        return [];
      case "code":
        return [codeBlock(token.text, token.lang ?? "")];
      case "blockquote":
        return [element("blockquote", this.#blocks(token.tokens))];
      case "heading":
        return [element("p", [element("strong", this.#inline(token.tokens))])];
      case "hr":
        return [element("hr")];
      case "list":
        return [this.#list(token)];
      case "table":
        return [this.#table(token)];
      case "paragraph":
        return [element("p", this.#inline(token.tokens))];
      case "text":
        return this.#inline(token.tokens ?? [token]);
      case "checkbox":
        return [token.checked ? "☑ " : "☐ "];
      default:
        // What a definition would hide is shown.
        return [element("p", [token.raw.trimEnd()])];
    }
  }

  #blocks(tokens: readonly Token[]): Nodes {
    return tokens.flatMap((token) => this.block(token as MarkedToken));
  }

  #inline(tokens: readonly Token[], isInLink = false): Nodes {
    return tokens.flatMap((token) => this.#span(token as MarkedToken, isInLink));
  }

  #span(token: MarkedToken, isInLink: boolean): Nodes {
    switch (token.type) {
      case "strong":
      case "em":
      case "del":
        return [element(token.type, this.#inline(token.tokens, isInLink))];
      case "codespan":
        return [element("code", [token.text])];
      case "br":
        return [element("br")];
      case "link":
        return this.#link(token, isInLink);
      case "image":
        return isInLink ? [token.raw] : linkOut(token.href, [token.text || token.href], token.raw);
      case "escape":
        return [token.text];
      case "checkbox":
        return [token.checked ? "☑ " : "☐ "];
      case "text":
        if (token.tokens) return this.#inline(token.tokens, isInLink);
        return isInLink ? [token.text] : textWithReferences(token.text, this.#me);
      default:
        return [token.raw];
    }
  }

  #link(token: Tokens.Link, isInLink: boolean): Nodes {
    if (isInLink) return [token.raw];
    const words = this.#inline(token.tokens, true);
    return linkOut(token.href, words.length > 0 ? words : [token.href], token.raw);
  }

  #list({ ordered, start, items }: Tokens.List): HTMLElement {
    const rows = items.map((item) => element("li", this.#blocks(item.tokens)));
    const list = element(ordered ? "ol" : "ul", rows);
    if (list instanceof HTMLOListElement && typeof start === "number") list.start = start;
    return list;
  }

  /** In a box of its own that scrolls: a table that is wider than its message keeps its columns. */
  #table({ header, rows }: Tokens.Table): HTMLElement {
    const cells = (name: "th" | "td", row: readonly Tokens.TableCell[]) =>
      element("tr", row.map(({ tokens }) => element(name, this.#inline(tokens))));
    const table = element("table", [
      element("thead", [cells("th", header)]),
      element("tbody", rows.map((row) => cells("td", row))),
    ]);
    return scrollBox(table, "Table");
  }
}

/** A part that scrolls to the side can be reached and named by the keyboard's user. */
function scrollBox(content: HTMLElement, name: string): HTMLElement {
  const box = element("div", [content], "scroll-box");
  box.tabIndex = 0;
  box.role = "group";
  box.ariaLabel = name;
  return box;
}
