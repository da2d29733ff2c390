import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { Cast } from "../bench/generator/cast.ts";
import { clientHeader, FRAMES, LINES, unwrapLines } from "../bench/generator/framing.ts";
import { Histogram } from "../bench/generator/histogram.ts";
import { Mark, unmarkedText, writeMark } from "../bench/generator/mark.ts";
import type { Topology } from "../bench/generator/plan.ts";
import { Receiver } from "../bench/generator/receiver.ts";
import { Reference } from "../bench/generator/reference.ts";
import { Schedule } from "../bench/generator/schedule.ts";
import { Tally } from "../bench/generator/tally.ts";
import { Window } from "../bench/generator/window.ts";
import { CLEAN, counts } from "./generator_counts.ts";

// ---- marks ----

function marked(stream: number, number: number, intendedUs = 0, size = 30): Buffer {
  const bytes = Buffer.from(unmarkedText(size));
  writeMark(bytes, 0, stream, number, intendedUs);
  return bytes;
}

Deno.test("A mark is read as it was written, and only where all of it is there", () => {
  const mark = new Mark();
  const text = marked(7, 123, 4_567_890);
  equal(text.length, 30);
  ok(mark.read(text, 0, text.length));
  deepEqual([mark.stream, mark.number, mark.intendedUs], [7, 123, 4_567_890]);
  ok(!mark.read(text, 0, 24));
  ok(!mark.read(Buffer.from("~user@host says nothing of it"), 0, 29));
});

// ---- who hears whom ----

const ROOMS: Topology = { kind: "rooms", rooms: 2, members: 3, sendersPerRoom: 2 };

Deno.test("In rooms, streams take turns through the rooms first, and each goes to its sender's room", () => {
  const cast = new Cast(ROOMS, true);
  deepEqual(cast.turns, [0, 2, 1, 3]);
  deepEqual(cast.turns.map((stream) => cast.senderOf(stream)), [0, 3, 1, 4]);
  deepEqual(cast.turns.map((stream) => cast.destinationOf(stream)), [0, 1, 0, 1].map((room) => ({ room })));
  deepEqual(cast.roomsOf(4), [1]);
  deepEqual([0, 2].map((client) => cast.streamsOf(client)), [[0], []]);
});

Deno.test("In shared rooms each sender takes turns through all rooms, and everybody is in all of them", () => {
  const cast = new Cast({ kind: "shared", rooms: 3, clients: 5, senders: 2 }, true);
  deepEqual(cast.streamsOf(1), [1, 3, 5]);
  deepEqual(cast.firstStreams, [0, 1]);
  deepEqual([1, 3, 5].map((stream) => cast.nextOf(stream)), [3, 5, 1]);
  deepEqual([1, 3, 5].map((stream) => cast.destinationOf(stream)), [{ room: 0 }, { room: 1 }, { room: 2 }]);
  deepEqual(cast.roomsOf(4), [0, 1, 2]);
});

Deno.test("Pairs write to each other, or meet in a room of two where a server has nothing direct", () => {
  const direct = new Cast({ kind: "pairs", pairs: 2 }, true);
  deepEqual(
    [0, 1, 2, 3].map((stream) => direct.destinationOf(stream)),
    [1, 0, 3, 2].map((client) => ({ client })),
  );
  deepEqual(direct.roomsOf(3), []);
  const inRooms = new Cast({ kind: "pairs", pairs: 2 }, false);
  deepEqual(inRooms.destinationOf(3), { room: 1 });
  deepEqual(inRooms.roomsOf(3), [1]);
});

Deno.test("A cast refuses numbers that do not fit together", () => {
  throws(() => new Cast({ ...ROOMS, members: 1, sendersPerRoom: 1 }, true), /at least two/);
  throws(() => new Cast({ ...ROOMS, sendersPerRoom: 4 }, true), /only 3 members/);
  throws(() => new Cast({ kind: "shared", rooms: 1, clients: 2, senders: 3 }, true), /only 2 clients/);
  throws(() => new Cast({ kind: "shared", rooms: 1000, clients: 200, senders: 200 }, true), /At most/);
});

// ---- what is counted ----

/** One room of three; client 0 has sent three messages to clients 1 and 2. */
function threeSent(): Tally {
  const tally = new Tally(new Cast({ kind: "rooms", rooms: 1, members: 3, sendersPerRoom: 1 }, true), false);
  deepEqual([1, 2, 3].map(() => tally.countSent(0)), [0, 1, 2]);
  return tally;
}

Deno.test("A tally finds nothing where everything comes once and in order", () => {
  const tally = threeSent();
  for (const receiver of [1, 2]) {
    for (const number of [0, 1, 2]) ok(tally.countDelivered(receiver, 0, number, number + 10));
  }
  deepEqual(counts(tally), CLEAN);
  equal(tally.delivered, 6);
});

Deno.test("A tally counts what did not come as lost, also at the end", () => {
  const tally = threeSent();
  tally.countDelivered(1, 0, 0, 0);
  tally.countDelivered(1, 0, 2, 0);
  tally.countDelivered(2, 0, 0, 0);
  deepEqual(counts(tally), { lost: 3, duplicated: 0, outOfOrder: 0 });
});

Deno.test("A tally tells a message that comes late from one that comes twice", () => {
  const tally = threeSent();
  ok(tally.countDelivered(1, 0, 1, 0));
  ok(tally.countDelivered(1, 0, 0, 0));
  ok(!tally.countDelivered(1, 0, 0, 0));
  ok(!tally.countDelivered(1, 0, 1, 0));
  deepEqual(counts(tally), { lost: 4, duplicated: 2, outOfOrder: 1 });
});

Deno.test("A tally counts a seq that goes back as out of order, also that of an acknowledgement", () => {
  const tally = threeSent();
  tally.countDelivered(1, 0, 0, 5);
  tally.countDelivered(1, 0, 1, 4);
  tally.countAcknowledged(0, 0, 0, 5);
  tally.countAcknowledged(0, 0, 1, 5);
  equal(tally.outOfOrder, 2);
});

Deno.test("A tally counts a second acknowledgement as a duplicate, and one that comes after a later one as out of order", () => {
  const tally = threeSent();
  ok(tally.countAcknowledged(0, 0, 1, 0));
  ok(!tally.countAcknowledged(0, 0, 1, 0));
  ok(tally.countAcknowledged(0, 0, 0, 0));
  deepEqual([tally.outOfOrder, tally.duplicated, tally.unanswered], [1, 1, 1]);
});

Deno.test("A tally expects no delivery of a message that was refused, and knows what is due to whom", () => {
  const tally = threeSent();
  tally.countRefused(0, 0);
  deepEqual([tally.lost, tally.unanswered], [4, 2]);
  deepEqual([tally.isDue(1, 0, 2), tally.isDue(1, 0, 3), tally.isDue(1, 1, 0)], [true, false, false]);
  ok(!tally.isDue(0, 0, 2), "no echo to the sender");
});

Deno.test("A window lets a sender say its next message when all have the one before, through its rooms in turn", () => {
  const window = new Window(new Cast({ kind: "shared", rooms: 2, clients: 3, senders: 1 }, true), 2, 3);
  const taken = () => {
    const streams: number[] = [];
    window.takeReady((stream) => streams.push(stream));
    return streams;
  };
  deepEqual(taken(), [0, 1]);
  window.sent(0, 0);
  window.sent(1, 0);
  for (const _ of [1, 2]) window.finished(0, 0);
  deepEqual(taken(), []);
  window.finished(0, 0);
  deepEqual(taken(), [1]);
});

Deno.test("A schedule keeps the intended times whatever happens: who is late has more that is due", () => {
  const schedule = new Schedule({ rate: 100, startUs: 1e6, endUs: 1.05e6 });
  equal(schedule.count, 5);
  deepEqual([0, 1, 4].map((index) => schedule.timeOf(index)), [1e6, 1.01e6, 1.04e6]);
  deepEqual([0.999e6, 1e6, 1.009e6, 1.01e6, 1.035e6, 9e6].map((us) => schedule.dueBy(us)), [
    0,
    1,
    1,
    2,
    4,
    5,
  ]);
});

Deno.test("A histogram finds every duration again to within 0.8 %", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (us) => {
    const histogram = new Histogram();
    histogram.record(us);
    histogram.record(2 ** 31 - 1);
    const found = histogram.quantileMs(0.5) * 1000;
    ok(found >= us - 1e-6 && found <= us * 1.008 + 1e-6, `${us} became ${found}`);
  }));
});

Deno.test("A histogram gives percentiles of all, and its buckets hold all", () => {
  const histogram = new Histogram();
  for (let ms = 1; ms <= 1000; ms++) histogram.record(ms * 1000, 3);
  const { count, p50, p99, max } = histogram.percentiles();
  deepEqual([count, max], [3000, 1000]);
  ok(Math.abs(p50 - 500) < 5 && Math.abs(p99 - 990) < 9, `${p50} ${p99}`);
  equal(histogram.buckets().reduce((sum, [, part]) => sum + part, 0), 3000);
});

// ---- where messages end ----

function serverFrame(text: string, first = 0x81): Buffer {
  const header = clientHeader(1, Buffer.byteLength(text)).subarray(0, -4);
  header[0] = first;
  header[1]! &= 0x7f;
  return Buffer.concat([header, Buffer.from(text)]);
}

Deno.test("Frames of every length end where they end, and nowhere before", () => {
  for (const length of [0, 1, 125, 126, 300, 65_535, 65_536, 70_000]) {
    const text = "x".repeat(length);
    const bytes = Buffer.concat([serverFrame(text), serverFrame("next")]);
    const end = bytes.length - 6;
    equal(FRAMES.endOf(bytes, 0, bytes.length), end);
    equal(FRAMES.endOf(bytes, 0, end - 1), -1);
    equal(FRAMES.textOf(bytes, 0, end), text);
  }
});

Deno.test("Lines that came in frames become a run of lines; what is not there in full waits, controls are told", () => {
  const bytes = Buffer.concat([
    serverFrame("one\ntwo"),
    serverFrame("beat", 0x89),
    serverFrame("x".repeat(200)),
    serverFrame("cut").subarray(0, 4),
  ]);
  const controls: string[] = [];
  const { lines, rest } = unwrapLines(
    bytes,
    bytes.length,
    (from, at, to) => controls.push(FRAMES.textOf(from, at, to)),
  );
  equal(bytes.toString("utf8", 0, lines), `one\ntwo\n${"x".repeat(200)}\n`);
  equal(rest, bytes.length - 4);
  deepEqual(controls, ["beat"]);
});

// ---- the reference does not change what is seen ----

/** What a receiver reports of its bytes, given piece by piece. */
class Hearing {
  readonly heard: string[] = [];
  readonly #receiver: Receiver;
  #bytes = Buffer.alloc(0);

  constructor(client: number, reference: Reference, own: readonly number[]) {
    this.#receiver = new Receiver({
      ...{ client, reference, framing: LINES, hasSeq: true, own: new Set(own) },
      events: {
        message: (_client, { stream, number, intendedUs }, seq) => {
          this.heard.push(`${stream} ${number} ${intendedUs} ${seq}`);
          return true;
        },
        known: (_client, { first, streams, numbers, intendedUs, seqs }, from, to) => {
          for (let at = from - first; at < to - first; at++) {
            this.heard.push(`${streams[at]} ${numbers[at]} ${intendedUs[at]} ${seqs[at]}`);
          }
        },
      },
      other: (bytes, from, to) => this.heard.push(LINES.textOf(bytes, from, to)),
    });
  }

  /** The buffer is given new bounds each time, as that of a connection. */
  read(piece: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, piece]);
    this.#bytes = Buffer.from(this.#bytes.subarray(this.#receiver.read(this.#bytes, this.#bytes.length)));
  }

  get isEmpty(): boolean {
    return this.#bytes.length === 0;
  }
}

/** Of two streams in one room, and now and then something else. */
interface Said {
  readonly line: string;
  readonly heard: string;
  readonly stream: number;
}

function saidBy(order: readonly boolean[]): Said[] {
  const numbers = [0, 0];
  return order.map((isSecond, seq) => {
    const stream = isSecond ? 1 : 0;
    const number = numbers[stream]!++;
    const text = marked(stream, number, seq * 7).toString();
    return {
      stream,
      line: `{"message":"${text}","seq":${seq + 1}}\n`,
      heard: `${stream} ${number} ${seq * 7} ${seq + 1}`,
    };
  });
}

type Mishap = "none" | "drop" | "double" | "swap" | "notice";

function heardWith(
  said: readonly Said[],
  mishaps: readonly Mishap[],
  own: readonly number[],
): Pick<Said, "line" | "heard">[] {
  const result: Pick<Said, "line" | "heard">[] = [];
  said.forEach((message, index) => {
    if (own.includes(message.stream)) return void result.push({ line: "stored\n", heard: "stored" });
    const mishap = mishaps[index % mishaps.length]!;
    if (mishap === "notice") result.push({ line: "ping\n", heard: "ping" });
    if (mishap !== "drop") result.push(message);
    if (mishap === "double") result.push(message);
    if (mishap === "swap") result.push(...result.splice(-2).reverse());
  });
  return result;
}

const mishaps = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: fc.constant<Mishap>("none") },
    { weight: 1, arbitrary: fc.constantFrom<Mishap>("drop", "double", "swap", "notice") },
  ),
  { minLength: 1, maxLength: 60 },
);

Deno.test("With a reference every receiver reports exactly what came to it, whatever a server does and however it arrives", () => {
  const property = fc.property(
    fc.array(fc.boolean(), { minLength: 1, maxLength: 400 }),
    fc.array(mishaps, { minLength: 4, maxLength: 4 }),
    fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 3000 })), { minLength: 1, maxLength: 100 }),
    (order, ofEach, reads) => {
      const reference = new Reference(2);
      const said = saidBy(order);
      const expected = ofEach.map((faults, client) => heardWith(said, faults, client < 2 ? [client] : []));
      const waiting = expected.map((all) => Buffer.from(all.map(({ line }) => line).join("")));
      const hearings = ofEach.map((_, client) => new Hearing(client, reference, client < 2 ? [client] : []));
      const read = (client: number, length: number) => {
        hearings[client]!.read(waiting[client]!.subarray(0, length));
        waiting[client] = waiting[client]!.subarray(length);
      };
      for (const [client, length] of reads) read(client, length);
      hearings.forEach((_, client) => read(client, Infinity));
      hearings.forEach((hearing, client) => {
        deepEqual(hearing.heard, expected[client]!.map(({ heard }) => heard));
        ok(hearing.isEmpty);
      });
    },
  );
  fc.assert(property, { numRuns: 200 });
});

Deno.test("A reference drops what all have passed and keeps what somebody waits for, up to its limit", () => {
  const reference = new Reference(1);
  const [fast, slow] = [{ next: 0 }, { next: 0 }];
  reference.add(fast);
  reference.add(slow);
  const mark = new Mark();
  const line = marked(0, 0, 0, 1000);
  const append = (count: number) => {
    for (let i = 0; i < count; i++) {
      mark.number = reference.end;
      reference.append(line, 0, line.length, mark, 0);
      fast.next = reference.end;
    }
  };
  append(1000);
  equal(reference.first, 0);
  slow.next = 1000;
  append(1000);
  ok(reference.first >= 1000);
  append(10_000);
  ok(reference.first > slow.next, "who is too far behind holds up nobody");
  equal(reference.find(0, reference.end - 1), reference.end - 1);
  equal(reference.find(0, 0), -1);
});

Deno.test("A reference takes messages of every size", () => {
  const reference = new Reference(1);
  const mark = new Mark();
  for (const [number, size] of [30, 100_000, 17_000, 500_000, 30].entries()) {
    mark.number = number;
    const line = marked(0, number, 0, size);
    reference.append(line, 0, line.length, mark, 0);
    equal(reference.find(0, number), number);
  }
});
