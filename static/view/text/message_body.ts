/** The nodes of one message's text, kept up with the text while that grows. */

import { highlightIn } from "./highlighting.ts";
import { Recent } from "./recent.ts";
import {
  type Block,
  isParseable,
  parseBlocks,
  plainText,
  renderBlock,
  renderMarkdown,
} from "./safe_markdown.ts";
import { visible } from "./visible_text.ts";

/** Longer texts keep their nodes, for when they scroll into view again. */
const KEEP_FROM_CHARACTERS = 500;
const MOST_KEPT = 100;

const kept = new Recent<DocumentFragment>(MOST_KEPT);

/** Shows a text that is complete. */
export function showText(body: HTMLElement, text: string, me: string | undefined): void {
  body.replaceChildren(text.length < KEEP_FROM_CHARACTERS ? renderMarkdown(text, me) : keptNodes(text, me));
  highlightIn(body);
}

function keptNodes(text: string, me: string | undefined): Node {
  return kept.getOrMake(`${me}\n${text}`, () => renderMarkdown(text, me)).cloneNode(true);
}

/** A text that is being written: only what changed at its end is read and drawn again. */
export class GrowingText {
  readonly #body: HTMLElement;
  readonly #me: string | undefined;
  #text = "";
  #blocks: { block: Block; nodes: readonly Node[] }[] = [];

  constructor(body: HTMLElement, me: string | undefined) {
    this.#body = body;
    this.#me = me;
    body.replaceChildren();
  }

  update(source: string): void {
    const text = visible(source);
    if (text === this.#text) return;
    if (!isParseable(text)) return this.#showPlain(text);
    if (this.#blocks.length === 0) this.#body.replaceChildren();
    const stable = text.startsWith(this.#text) ? this.#stableCount() : 0;
    const start = this.#blocks.slice(0, stable).reduce((sum, { block }) => sum + block.raw.length, 0);
    this.#cut(stable);
    this.#text = text;
    for (const block of parseBlocks(text.slice(start))) this.#add(block);
  }

  /** What stands before the last block that is more than space cannot change any more. */
  #stableCount(): number {
    return Math.max(0, this.#blocks.findLastIndex(({ block }) => block.token.type !== "space"));
  }

  #cut(count: number): void {
    for (const { nodes } of this.#blocks.splice(count)) nodes.forEach((node) => (node as ChildNode).remove());
  }

  #add(block: Block): void {
    const nodes = renderBlock(block.token, this.#me).map((node) =>
      typeof node === "string" ? document.createTextNode(node) : node
    );
    this.#body.append(...nodes);
    this.#blocks.push({ block, nodes });
  }

  #showPlain(text: string): void {
    this.#blocks = [];
    this.#text = "";
    this.#body.replaceChildren(plainText(text));
  }
}
