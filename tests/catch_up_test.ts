import assert from "node:assert/strict";
import fc from "fast-check";
import { catchUp, type From, type Latecomer } from "../server/catch_up.ts";
import { Chunk, type Page } from "../server/chunk.ts";
import type { Connection } from "../server/connection.ts";
import { messageJson } from "../server/encode.ts";
import { Outbox } from "../server/outbox.ts";
import { StoredPages } from "../server/stored_pages.ts";
import type { Missed, StoredMessage } from "../server/store.ts";

/** What may happen next, in any order: the store, delivery and the transport all take their time. */
const STEPS = ["commit", "deliver", "read", "write", "check"] as const;

const ROOM = { id: 1, kind: "room", name: "#general", userIds: [] } as const;

function messageOf(seq: number): StoredMessage {
  return {
    seq,
    conversation: ROOM,
    senderId: 2,
    senderName: "bob",
    destination: "#general",
    type: "chat",
    text: `message ${seq}`,
    metadata: "{}",
    clientId: null,
    createdAt: 0,
  };
}

/** A log, a deliverer and one connection, each of which goes on only when told to. */
class World {
  committed: number;
  readonly #reads: (() => void)[] = [];
  readonly #writes: (() => void)[] = [];
  readonly got: number[] = [];
  readonly deliverer = { deliveredSeq: 0 };
  readonly session: Latecomer;
  readonly #outbox: Outbox;
  isBusy = false;

  constructor(committed: number, delivered: number) {
    this.committed = committed;
    this.deliverer.deliveredSeq = Math.min(committed, delivered);
    this.#outbox = new Outbox({
      buffered: 0,
      send: (chunks: readonly Chunk[]) => {
        for (const line of chunks.flatMap((chunk) => chunk.lines)) this.got.push(JSON.parse(line).seq);
        return new Promise<void>((resolve) => this.#writes.push(resolve));
      },
    } as unknown as Connection, { overflowed: () => {}, sent: () => {} });
    this.session = this.#latecomer(this.#outbox);
  }

  #latecomer(outbox: Outbox): Latecomer {
    const session = {
      format: "json" as const,
      isLive: false,
      isEnded: false,
      givenSeq: 0,
      user: { id: 1, name: "alice" },
      reply: () => {},
      sendPage: (page: Page) => {
        session.givenSeq = Math.max(session.givenSeq, page.lastSeq);
        outbox.send(page);
      },
      drained: () => outbox.drained(),
      goLive: () => {
        outbox.hold();
        session.isLive = true;
      },
    };
    return session;
  }

  readonly store = {
    missed: (_: number, after: number): Promise<Missed> =>
      this.#read(() => ({
        seqs: Array.from({ length: Math.max(0, this.committed - after) }, (_, i) => after + 1 + i),
        gap: null,
        head: this.committed,
      })),
    messagesBySeq: (seqs: readonly number[]) => this.#read(() => seqs.map(messageOf)),
  };

  readonly storedPages = new StoredPages(this.store);

  #read<T>(answer: () => T): Promise<T> {
    return new Promise((resolve) => this.#reads.push(() => resolve(answer())));
  }

  deliver(): void {
    const { deliveredSeq } = this.deliverer;
    if (deliveredSeq === this.committed) return;
    const seqs = Array.from({ length: this.committed - deliveredSeq }, (_, i) => deliveredSeq + 1 + i);
    if (this.session.isLive) {
      const lines = seqs.map((seq) => messageJson(messageOf(seq)));
      this.session.givenSeq = Math.max(this.session.givenSeq, this.committed);
      this.#outbox.push(new Chunk(lines, this.committed));
      void this.#outbox.flush();
    }
    this.deliverer.deliveredSeq = this.committed;
  }

  async request(from: From): Promise<void> {
    this.isBusy = true;
    await catchUp(this, this.session, from);
    this.#outbox.release();
    this.isBusy = false;
  }

  async step(step: typeof STEPS[number]): Promise<void> {
    if (step === "commit") this.committed += 3;
    if (step === "deliver") this.deliver();
    if (step === "read") this.#reads.shift()?.();
    if (step === "write") this.#writes.shift()?.();
    if (step === "check" && !this.isBusy) {
      void this.request({ after: this.session.givenSeq, includeOwn: false });
    }
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }

  async settle(): Promise<void> {
    while (this.isBusy || this.deliverer.deliveredSeq < this.committed || this.#writes.length > 0) {
      for (const step of ["deliver", "read", "write"] as const) await this.step(step);
    }
  }
}

/** Some runs leave something out for long: delivery that lags, a connection that does not read. */
const SCHEDULE = fc.subarray([...STEPS], { minLength: 2 })
  .chain((steps) => fc.array(fc.constantFrom(...steps), { minLength: 20, maxLength: 60 }));

Deno.test("whatever is said while a connection catches up and checks, all comes once and in order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.nat(5), fc.nat(700)),
      fc.nat(700),
      fc.array(SCHEDULE, { minLength: 1, maxLength: 4 }),
      async (committed, delivered, schedules) => {
        const world = new World(committed, delivered);
        void world.request({ after: 0, includeOwn: true });
        for (const step of schedules.flat()) await world.step(step);
        await world.settle();
        assert.deepEqual(world.got, Array.from({ length: world.committed }, (_, i) => i + 1));
      },
    ),
    { numRuns: 500 },
  );
});
