/** Writes that gather while a batch commits, and what becomes of them where it fails. */

import assert from "node:assert/strict";
import type { Batch, BatchResult } from "../server/sqlite/batch.ts";
import { GroupCommit, QUEUE_LIMITS } from "../server/sqlite/group_commit.ts";
import type { NewMessage } from "../server/store.ts";

const message = (text: string): NewMessage => ({
  conversationId: 1,
  senderId: 1,
  type: "chat",
  text,
  metadata: "{}",
  clientId: null,
  createdAt: 0,
});

/** Commits when it is told to. */
class Disk {
  readonly batches: Batch[] = [];
  #underWay: PromiseWithResolvers<BatchResult>[] = [];
  #began = Promise.withResolvers<void>();
  #seq = 0;

  readonly commit = (batch: Batch): Promise<BatchResult> => {
    this.batches.push(batch);
    const result = Promise.withResolvers<BatchResult>();
    this.#underWay.push(result);
    this.#began.resolve();
    return result.promise;
  };

  async fail(): Promise<void> {
    (await this.#next()).reject(new Error("full"));
  }

  async succeed(): Promise<void> {
    const result = await this.#next();
    const { rows, writes } = this.batches.at(-1)!;
    const seqs = Float64Array.from(rows.texts, () => ++this.#seq);
    result.resolve({
      values: writes.map(() => "done"),
      failures: new Map(),
      appended: { seqs, refused: new Map() },
    });
  }

  async #next(): Promise<PromiseWithResolvers<BatchResult>> {
    await this.#began.promise;
    this.#began = Promise.withResolvers();
    return this.#underWay.shift()!;
  }
}

Deno.test("messages that wait behind a batch that fails are refused with it, and other writes go on", async () => {
  const disk = new Disk();
  const commits = new GroupCommit(disk.commit);
  const first = commits.append([message("first")]);
  const refused = assert.rejects(first, { message: "full" });
  await Promise.resolve();
  const later = assert.rejects(commits.append([message("later"), message("last")]), { message: "full" });
  const other = commits.call("ping");
  await disk.fail();
  await Promise.all([refused, later]);
  await disk.succeed();
  assert.equal(await other, "done");
  assert.deepEqual(disk.batches.map(({ rows }) => rows.texts), [["first"], []]);
  const again = commits.append([message("first"), message("later")]);
  await disk.succeed();
  assert.deepEqual((await again).map(({ status }) => status), ["stored", "stored"]);
});

Deno.test("what was refused so counts for nothing in what waits", async () => {
  const disk = new Disk();
  const commits = new GroupCommit(disk.commit);
  const half = Array.from({ length: QUEUE_LIMITS.messages / 2 }, () => message("text"));
  const refusals = [commits.append(half)];
  await Promise.resolve();
  refusals.push(commits.append(half));
  assert.equal(commits.isFull, true);
  const all = Promise.all(refusals.map((refused) => assert.rejects(refused)));
  await disk.fail();
  await all;
  await commits.ready();
  const again = commits.append(half);
  assert.equal(commits.isFull, false);
  await disk.succeed();
  await again;
});
