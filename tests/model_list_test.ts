import assert from "node:assert/strict";
import { OPENAI_BASE_URL } from "../bots/endpoint.ts";
import { LIST_TIMEOUT_MS, listModels } from "../bots/model_list.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeOpenAiServer, raw, silence, status } from "./fake_openai_server.ts";
import { unusedPort } from "./asking.ts";

Deno.test("listModels says in one line what the endpoint has", async () => {
  await using server = new FakeOpenAiServer();
  const list = JSON.stringify({ object: "list", data: [{ id: "model-1" }, { id: "model-2" }, 3, null] });
  server.script(raw(list, "application/json"), raw(list, "application/json"));
  const endpoint = { apiKey: "sk-own", baseURL: server.baseURL };
  assert.deepEqual(await listModels({ ...endpoint, model: "model-2" }), {
    isUsable: true,
    line: `${new URL(server.baseURL).host}: 2 models, with model-2.`,
  });
  assert.match(
    (await listModels({ ...endpoint, model: "x" })).line,
    /2 models, without x: check OPENAI_MODEL/,
  );
  assert.equal(server.requests[0]?.path, "/v1/models");
});

Deno.test("listModels says in one line why an endpoint cannot be used", async () => {
  await using server = new FakeOpenAiServer();
  server.script(
    status(401),
    raw("<html>", "text/html"),
    raw('"text"', "application/json"),
    raw("oops", "application/json"),
  );
  const endpoint = { apiKey: "sk-own", baseURL: server.baseURL };
  for (const words of [/refused the API key/, /no answer/, /no answer/, /no answer/]) {
    const { isUsable, line } = await listModels(endpoint);
    assert.equal(isUsable, false);
    assert.match(line, words);
    assert.ok(!line.includes("\n") && !line.includes("sk-"));
  }
  assert.match((await listModels({ apiKey: "", baseURL: OPENAI_BASE_URL })).line, /OPENAI_API_KEY/);
  assert.match((await listModels({ apiKey: "", baseURL: "nowhere" })).line, /not a URL/);
  assert.match(
    (await listModels({ apiKey: "", baseURL: `http://127.0.0.1:${unusedPort()}` })).line,
    /refuses connections/,
  );
});

Deno.test("listModels takes no longer than 5 s", async () => {
  await using server = new FakeOpenAiServer();
  server.script(silence());
  const clock = new FakeClock();
  const listed = listModels({ apiKey: "", baseURL: server.baseURL }, { clock });
  await server.next();
  clock.advance(LIST_TIMEOUT_MS);
  const { isUsable, line } = await listed;
  assert.equal(isUsable, false);
  assert.match(line, /took too long|in time/);
  assert.equal(clock.pending, 0);
});
