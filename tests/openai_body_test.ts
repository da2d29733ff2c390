import assert from "node:assert/strict";
import { EndpointFailure } from "../bots/endpoint_failure.ts";
import { boundedBody, isCompressed, MAX_BODY_BYTES, MAX_EVENT_BYTES } from "../bots/guarded_body.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** What is read of these pieces, and why no more. */
async function read(pieces: Iterable<string>, maxEventBytes = 10): Promise<[bytes: number, why?: string]> {
  const from = pieces[Symbol.iterator]();
  const source = new ReadableStream<Uint8Array>({
    pull(to) {
      const { value, done } = from.next();
      if (done) to.close();
      else to.enqueue(encode(value));
    },
  });
  let bytes = 0;
  try {
    for await (const part of boundedBody(source, maxEventBytes, () => {})) bytes += part.length;
    return [bytes];
  } catch (error) {
    assert.ok(error instanceof EndpointFailure);
    return [bytes, error.kind];
  }
}

for (const [name, end] of [["LF", "\n"], ["CR", "\r"], ["CRLF", "\r\n"]] as const) {
  Deno.test(`an event may have so many bytes and no more, where lines end in ${name}`, async () => {
    const event = (letters: number) => "x".repeat(letters) + end + end;
    const fits = 10 - 2 * end.length;
    assert.deepEqual(await read([event(fits), event(fits)]), [20]);
    assert.deepEqual(await read([event(fits) + event(fits)]), [20]);
    assert.deepEqual(await read(event(fits).repeat(3)), [30]);
    assert.deepEqual((await read([event(fits), event(fits + 1)]))[1], "too_big");
    assert.deepEqual((await read([`xxx${end}`, `xxx${end}`, `xxx${end}`, "xxx"]))[1], "too_big");
  });
}

Deno.test("a body is read up to 4 MiB in all, however small its events are", async () => {
  function* endless() {
    for (;;) yield "data: 1\n\n".repeat(1000);
  }
  const [bytes, why] = await read(endless(), MAX_EVENT_BYTES);
  assert.equal(why, "too_big");
  assert.ok(bytes <= MAX_BODY_BYTES && bytes > MAX_BODY_BYTES - 64 * 1024);
});

Deno.test("while a large body is read the rest of the process has its turn, whatever the size of its pieces", async () => {
  for (const pieces of [["data: 1\n\n".repeat(10_000)], "x\n\n".repeat(30_000).match(/[^]{100}/g)!]) {
    // Timers of 0 ms count the turns of the event loop.
    let turns = 0;
    let isOver = false;
    const turn = () => {
      turns++;
      if (!isOver) setTimeout(turn, 0);
    };
    const turning = setTimeout(turn, 0);
    await read(pieces, MAX_EVENT_BYTES);
    isOver = true;
    clearTimeout(turning);
    await new Promise((resolve) => setTimeout(resolve, 0));
    assert.ok(turns >= 10, `${turns} turns`);
  }
});

Deno.test("only what is not compressed is read", () => {
  assert.equal(isCompressed(new Headers()), false);
  assert.equal(isCompressed(new Headers({ "content-encoding": " Identity " })), false);
  for (const encoding of ["gzip", "br", "identity, gzip", "x"]) {
    assert.equal(isCompressed(new Headers({ "content-encoding": encoding })), true);
  }
});
