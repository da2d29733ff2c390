/** A block of code: what it is written in, a button that copies it, and the code in a box that scrolls. */

import { element } from "./element.ts";
import { languageOf } from "./highlighting.ts";

/** Names of languages are short; what is longer is no name. */
const LONGEST_NAME = 24;

/** @param info what stands behind the fence, as in `ts` or `ts title="a.ts"` */
export function codeBlock(code: string, info: string): HTMLElement {
  const name = (/^\s*([\p{L}\p{N}_+#.-]+)/u.exec(info)?.[1] ?? "").slice(0, LONGEST_NAME);
  const block = element("div", [head(name), box(code, name)], "code-block");
  block.dir = "ltr";
  return block;
}

function head(name: string): HTMLElement {
  const copied = element("span", [], "code-copied");
  copied.role = "status";
  const copy = element("button", ["Copy"], "code-copy");
  copy.type = "button";
  copy.ariaLabel = "Copy this code";
  return element("div", [element("span", [name || "code"], "code-language"), copied, copy], "code-head");
}

function box(code: string, name: string): HTMLElement {
  const language = languageOf(name);
  const content = element("code", [code]);
  if (language) content.dataset.language = language;
  const pre = element("pre", [content]);
  pre.tabIndex = 0;
  pre.role = "group";
  pre.ariaLabel = name === "" ? "Code" : `Code, ${name}`;
  return pre;
}
