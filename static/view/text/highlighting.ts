/** Code in colours. The library and its grammars are loaded when the first block in a language that they know is shown. */

import type { Highlighter } from "./highlighter.ts";

/** By what people write behind a fence, the grammar. */
const LANGUAGES = new Map([
  ...names("bash", "bash sh shell zsh console"),
  ...names("c", "c h"),
  ...names("cpp", "cpp c++ cc hpp arduino ino"),
  ...names("csharp", "csharp cs c#"),
  ...names("css", "css"),
  ...names("diff", "diff patch"),
  ...names("go", "go golang"),
  ...names("ini", "ini toml conf"),
  ...names("java", "java"),
  ...names("javascript", "javascript js jsx mjs"),
  ...names("json", "json jsonc json5"),
  ...names("python", "python py python3"),
  ...names("rust", "rust rs"),
  ...names("sql", "sql sqlite"),
  ...names("typescript", "typescript ts tsx"),
  ...names("xml", "xml html svg vue"),
  ...names("yaml", "yaml yml"),
]);

/** Longer code is shown in one colour: finding the others would hold up the page. */
const LONGEST_CODE = 8_000;

let highlighter: Highlighter | undefined;
let loading: Promise<void> | undefined;

export function languageOf(name: string): string | undefined {
  return LANGUAGES.get(name.toLowerCase());
}

/** Colours the blocks of code in `root` that have none yet, now or when the library is there. */
export function highlightIn(root: Element): void {
  const blocks = [...root.querySelectorAll<HTMLElement>("code[data-language]")];
  const waiting = blocks.filter(({ textContent }) => textContent.length <= LONGEST_CODE);
  if (waiting.length === 0) return;
  if (highlighter) return waiting.forEach(highlight);
  // Without the library, as when the server is gone, code stays as it is until the next block asks again.
  loading ??= import("./highlighter.ts").then(
    (module) => void (highlighter = new module.Highlighter()),
    () => void (loading = undefined),
  );
  void loading.then(() => highlighter && root.isConnected && highlightIn(root));
}

function highlight(block: HTMLElement): void {
  const language = block.dataset.language!;
  delete block.dataset.language;
  block.replaceChildren(highlighter!.nodes(block.textContent, language));
}

function names(grammar: string, written: string): [string, string][] {
  return written.split(" ").map((name) => [name, grammar]);
}
