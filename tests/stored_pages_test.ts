import assert from "node:assert/strict";
import { StoredPages } from "../server/stored_pages.ts";
import type { StoredMessage } from "../server/store.ts";

const ROOM = { id: 1, kind: "room", name: "#general", userIds: [] } as const;

function messageOf(seq: number, senderName: string): StoredMessage {
  return {
    seq,
    conversation: ROOM,
    senderId: 2,
    senderName,
    destination: "#general",
    type: "chat",
    text: `message ${seq}`,
    metadata: "{}",
    clientId: null,
    createdAt: 0,
  };
}

/** A store that answers when it is told to. */
class SlowStore {
  readonly reads: { readonly seqs: readonly number[]; answer(): void; fail(): void }[] = [];
  senderName = "bob";

  messagesBySeq(seqs: readonly number[]): Promise<StoredMessage[]> {
    const { promise, resolve, reject } = Promise.withResolvers<StoredMessage[]>();
    const { senderName } = this;
    const answer = () => resolve(seqs.filter((seq) => seq < 1000).map((seq) => messageOf(seq, senderName)));
    this.reads.push({ seqs, answer, fail: () => reject(new Error("closed")) });
    return promise;
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

Deno.test("stored pages: what is asked for while a read goes on is read together, each message once", async () => {
  const store = new SlowStore();
  const pages = new StoredPages(store);
  const first = pages.read([1]);
  const others = [pages.read([1, 2, 3]), pages.read([2, 3, 4]), pages.read([1, 2, 3])];
  assert.deepEqual(store.reads.map(({ seqs }) => seqs), [[1]]);
  store.reads[0]!.answer();
  await first;
  await Promise.resolve();
  assert.deepEqual(store.reads.map(({ seqs }) => seqs), [[1], [1, 2, 3, 4]]);
  store.reads[1]!.answer();
  const lines = (await Promise.all(others)).map((run) =>
    run.pages("json", "alice").flatMap((page) => page.lines.map((line) => JSON.parse(line).seq))
  );
  assert.deepEqual(lines, [[1, 2, 3], [2, 3, 4], [1, 2, 3]]);
});

Deno.test("stored pages: who asks for the same shares the bytes; text is made for each viewer", async () => {
  const store = new SlowStore();
  const pages = new StoredPages(store);
  const reads = [pages.read([7]), pages.read([7, 8]), pages.read([7, 8])];
  store.reads[0]!.answer();
  await reads[0];
  await Promise.resolve();
  store.reads[1]!.answer();
  const [, one, other] = await Promise.all(reads);
  assert.equal(one!.pages("json", "alice")[0], other!.pages("json", "carol")[0]);
  assert.notEqual(one!.pages("text", "alice")[0], one!.pages("text", "carol")[0]);
});

Deno.test("stored pages: an answer is never older than the question", async () => {
  const store = new SlowStore();
  const pages = new StoredPages(store);
  const before = pages.read([1]);
  store.senderName = "robert";
  const after = pages.read([1]);
  store.reads[0]!.answer();
  assert.match((await before).pages("json", "")[0]!.text, /"bob"/);
  await Promise.resolve();
  store.reads[1]!.answer();
  assert.match((await after).pages("json", "")[0]!.text, /"robert"/);
});

Deno.test("stored pages: a read stays small, so that others do not wait for it", async () => {
  const store = new SlowStore();
  const pages = new StoredPages(store);
  const runs = [pages.read([0]), ...[1, 2, 3].map((i) => pages.read(range(i * 200, i * 200 + 200)))];
  for (const [i, run] of [runs[0], runs[2], runs[3]].entries()) {
    store.reads[i]!.answer();
    await run;
    await Promise.resolve();
  }
  assert.deepEqual(store.reads.map(({ seqs }) => seqs.length), [1, 400, 200]);
});

Deno.test("stored pages: a read that fails fails those who wait for it, and not the next", async () => {
  const store = new SlowStore();
  const pages = new StoredPages(store);
  const first = pages.read([1]);
  const second = pages.read([2]);
  store.reads[0]!.fail();
  await assert.rejects(first, /closed/);
  await Promise.resolve();
  store.reads[1]!.answer();
  assert.equal((await second).length, 1);
});
