import assert from "node:assert/strict";
import { ChatError, type ErrorCode, HTTP_STATUS } from "../protocol/errors.ts";
import { protocolTable } from "./protocol_page.ts";

const CODES = Object.keys(HTTP_STATUS) as ErrorCode[];

Deno.test("the error codes are those of docs/protocol.md", async () => {
  const rows = await protocolTable("| error | when | closes |");
  const documented = rows.flatMap(([codes = ""]) => [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => code));
  assert.deepEqual(documented.toSorted(), CODES.toSorted());
});

Deno.test("the errors that close a connection are those of docs/protocol.md", async () => {
  const rows = await protocolTable("| error | when | closes |");
  const closing = rows.filter((row) => row.at(-1) === "yes")
    .flatMap(([codes = ""]) => [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => code));
  assert.deepEqual(CODES.filter((code) => new ChatError(code, "").closes).toSorted(), closing.toSorted());
});

Deno.test("every error has the status of a failure over HTTP", () => {
  for (const code of CODES) assert.ok(HTTP_STATUS[code] >= 400 && HTTP_STATUS[code] < 600, code);
});

Deno.test("a ChatError carries its code, its words, what it adds, and its cause", () => {
  const cause = new Error("disk");
  const error = new ChatError("rate_limited", "Too fast.", { retry_after_ms: 5 }, { cause });
  assert.deepEqual(
    [error.name, error.code, error.message, error.details, error.cause],
    ["ChatError", "rate_limited", "Too fast.", { retry_after_ms: 5 }, cause],
  );
});
