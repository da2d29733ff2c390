/** The part of highlighting that is loaded when it is needed: the grammars, and the tree that they give as nodes. */

import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";
import { Recent } from "./recent.ts";

type Tree = ReturnType<ReturnType<typeof createLowlight>["highlight"]>;
type Child = Tree["children"][number];

/** By the grammar's name for a part, the page's; what is not here has the colour of the code around it. */
const PARTS: Readonly<Record<string, string>> = {
  keyword: "keyword",
  literal: "keyword",
  "selector-tag": "keyword",
  name: "keyword",
  string: "string",
  regexp: "string",
  addition: "string",
  number: "number",
  symbol: "number",
  bullet: "number",
  comment: "comment",
  quote: "comment",
  meta: "comment",
  title: "title",
  section: "title",
  "selector-class": "title",
  "selector-id": "title",
  type: "type",
  built_in: "type",
  attr: "type",
  attribute: "type",
  variable: "type",
  property: "type",
  deletion: "deletion",
};

/** So many blocks keep their nodes, for when they scroll into view again. */
const MOST_KEPT = 60;

export class Highlighter {
  readonly #lowlight = createLowlight({
    bash,
    c,
    cpp,
    csharp,
    css,
    diff,
    go,
    ini,
    java,
    javascript,
    json,
    python,
    rust,
    sql,
    typescript,
    xml,
    yaml,
  });
  readonly #kept = new Recent<DocumentFragment>(MOST_KEPT);

  nodes(code: string, language: string): Node {
    return this.#kept.getOrMake(`${language}\n${code}`, () => this.#make(code, language)).cloneNode(true);
  }

  #make(code: string, language: string): DocumentFragment {
    const fragment = document.createDocumentFragment();
    appendTo(fragment, this.#lowlight.highlight(language, code).children);
    return fragment;
  }
}

function appendTo(parent: Node, children: readonly Child[]): void {
  for (const child of children) {
    if (child.type === "text") parent.appendChild(document.createTextNode(child.value));
    else if (child.type === "element") appendTo(parent.appendChild(part(child)), child.children as Child[]);
  }
}

function part({ properties }: Child & { type: "element" }): HTMLElement {
  const [first] = Array.isArray(properties.className) ? properties.className : [];
  const name = PARTS[String(first).replace(/^hljs-/, "")];
  const span = document.createElement("span");
  if (name !== undefined) span.className = `code-${name}`;
  return span;
}
