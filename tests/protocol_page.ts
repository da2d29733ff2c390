/** The tables of docs/protocol.md, so that tests can hold the code against the page. */

import assert from "node:assert/strict";

const PAGE = new URL("../docs/protocol.md", import.meta.url);

/** The rows under that head line, each as its cells; `\|` stands for a bar within a cell. */
export async function protocolTable(head: string): Promise<string[][]> {
  const lines = (await Deno.readTextFile(PAGE)).split("\n");
  const start = lines.indexOf(head);
  assert.ok(start >= 0, `docs/protocol.md has no table ${head}`);
  const rows: string[][] = [];
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith("|")) break;
    const cells = line.split(/(?<!\\)\|/).slice(1, -1);
    rows.push(cells.map((cell) => cell.trim().replaceAll("\\|", "|")));
  }
  return rows;
}
