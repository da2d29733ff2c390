/** A checker that cannot fail proves nothing: each of these histories is wrong in one way, and must be called so. */

import assert from "node:assert/strict";
import { type Fault, judge, type StoredRow } from "./torture/checker.ts";
import { type ClientLog, conversationOf, History, type Message } from "./torture/history.ts";

/** Ann and Ben are in #tea, Eve is not; all three read to the end. */
class Scene {
  readonly history = new History();
  readonly ann = this.#member("ann");
  readonly ben = this.#member("ben");
  readonly eve = this.history.client("eve");
  readonly #rows: StoredRow[] = [];
  #seq = 0;

  constructor() {
    this.eve.connected();
    this.eve.caughtUp(0);
  }

  /** Ann says it and it is stored and acknowledged. */
  said(text: string, conversation = "#tea"): Message {
    const message = this.ann.says({ id: `id-${text}`, conversation, text });
    this.store(message);
    this.ann.acknowledged(message, this.#seq);
    return message;
  }

  store(message: Message): number {
    this.#rows.push({ ...rowOf(message), seq: ++this.#seq });
    return this.#seq;
  }

  /** All is said that will be. */
  settle(): void {
    for (const client of [this.ann, this.ben, this.eve]) client.settled();
  }

  faults(rows: readonly StoredRow[] | undefined = this.#rows): Fault[] {
    return [...new Set(judge(this.history, rows).findings.map(({ fault }) => fault))];
  }

  get rows(): StoredRow[] {
    return this.#rows;
  }

  #member(name: string): ClientLog {
    const client = this.history.client(name);
    client.connected();
    client.caughtUp(0);
    client.joining("#tea");
    client.joined("#tea", 0);
    return client;
  }
}

function rowOf({ sender, id, conversation, text }: Message) {
  return { sender, id, conversation, text };
}

const seqOf = (message: Message) => [...message.seqs][0]!;

function hear(client: ClientLog, ...messages: Message[]): void {
  for (const message of messages) client.received(rowOf(message), seqOf(message), "live");
}

const BAD: [title: string, fault: Fault, play: (scene: Scene) => StoredRow[] | void][] = [
  ["an acknowledged message is not stored", "lost", (scene) => {
    hear(scene.ben, scene.said("one"));
    return [];
  }],
  ["an acknowledged message does not come to a member by the end", "lost", (scene) => {
    hear(scene.ben, scene.said("one"));
    scene.said("two");
  }],
  ["a direct message does not come to its receiver, who came back", "lost", (scene) => {
    scene.said("psst", conversationOf("ann", "ben"));
  }],
  ["what was delivered is not stored, although nobody acknowledged it", "lost", (scene) => {
    scene.ben.received(rowOf(scene.ann.says({ id: "a", conversation: "#tea", text: "one" })), 1, "live");
  }],
  ["a text client's lines were taken, and one did not come", "lost", (scene) => {
    const tim = scene.history.client("tim", { reading: "position" });
    tim.connected();
    tim.acknowledged(tim.says({ conversation: "#tea", text: "a line" }), 0);
  }],
  ["a message comes twice, live and resumed", "duplicated", (scene) => {
    const message = scene.said("one");
    hear(scene.ben, message);
    scene.ben.connected();
    scene.ben.received(rowOf(message), seqOf(message), "resumed");
  }],
  ["one's own message is acknowledged and delivered as well", "duplicated", (scene) => {
    const message = scene.said("one");
    hear(scene.ben, message);
    hear(scene.ann, message);
  }],
  ["a message that was sent again is stored again", "duplicated", (scene) => {
    const message = scene.said("one");
    hear(scene.ben, message);
    scene.store(message);
  }],
  ["the second acknowledgement has another seq", "duplicated", (scene) => {
    const message = scene.said("one");
    hear(scene.ben, message);
    scene.ann.says({ id: "id-one", conversation: "#tea", text: "one" });
    scene.ann.acknowledged(message, 9, true);
  }],
  ["a seq is given to two messages", "duplicated", (scene) => {
    const one = scene.said("one");
    hear(scene.ben, one);
    const two = scene.ann.says({ id: "two", conversation: conversationOf("ann", "eve"), text: "two" });
    scene.ann.acknowledged(two, seqOf(one), true);
    scene.eve.received(rowOf(two), seqOf(one), "live");
    return [...scene.rows, { ...rowOf(two), seq: seqOf(one) }];
  }],
  ["a position reader gets a line twice on one connection", "duplicated", (scene) => {
    const tim = scene.history.client("tim", { reading: "position" });
    tim.connected();
    tim.joining("#tea");
    const message = scene.said("one");
    hear(scene.ben, message);
    for (let i = 0; i < 2; i++) tim.received({ ...rowOf(message), id: undefined }, 0, "live");
  }],
  ["a position reader gets a line twice, and no connection broke", "duplicated", (scene) => {
    const tim = scene.history.client("tim", { reading: "position" });
    tim.joining("#tea");
    const message = scene.said("one");
    hear(scene.ben, message);
    for (let i = 0; i < 2; i++) {
      tim.connected();
      tim.received({ ...rowOf(message), id: undefined }, 0, "resumed");
    }
  }],
  ["seq goes down at a reader", "reordered", (scene) => {
    const [one, two] = [scene.said("one"), scene.said("two")];
    hear(scene.ben, two, one);
  }],
  ["an acknowledgement overtakes an earlier message", "reordered", (scene) => {
    const [one, own] = [scene.said("one"), scene.ben.says({ id: "own", conversation: "#tea", text: "own" })];
    scene.ben.acknowledged(own, scene.store(own));
    hear(scene.ben, one);
    hear(scene.ann, own);
  }],
  ["a resumed reader is given what comes before its cursor", "reordered", (scene) => {
    const [one, two] = [scene.said("one"), scene.said("two")];
    hear(scene.ben, two);
    scene.ben.connected();
    scene.ben.received(rowOf(one), seqOf(one), "resumed");
  }],
  ["one sender's messages are stored in another order", "reordered", (scene) => {
    const [one, two] = ["one", "two"].map((text) => scene.ann.says({ id: text, conversation: "#tea", text }));
    for (const message of [two!, one!]) scene.ann.acknowledged(message, scene.store(message), true);
    hear(scene.ben, two!, one!);
  }],
  ["a message comes that nobody said", "phantom", (scene) => {
    scene.ben.received({ sender: "ann", id: "no", conversation: "#tea", text: "never said" }, 1, "live");
  }],
  ["a text differs from what was said", "phantom", (scene) => {
    const message = scene.said("one");
    hear(scene.ben, message);
    scene.eve.received({ ...rowOf(message), conversation: conversationOf("ann", "eve") }, 2, "live");
  }],
  ["what is stored differs from what was said", "phantom", (scene) => {
    const message = scene.said("one");
    hear(scene.ben, message);
    return [...scene.rows, { ...rowOf(message), text: "on", seq: 2 }];
  }],
  ["a message was refused and is there", "phantom", (scene) => {
    const message = scene.ann.says({ id: "a", conversation: "#tea", text: "one" });
    scene.ann.refused(message);
    scene.store(message);
    scene.ben.received(rowOf(message), 1, "live");
  }],
  ["a message is missing between others", "gap", (scene) => {
    const [one, , three] = [scene.said("one"), scene.said("two"), scene.said("three")];
    hear(scene.ben, one, three);
  }],
  ["a message that was never acknowledged, but is there, is missing between others", "gap", (scene) => {
    const one = scene.ann.says({ id: "a", conversation: "#tea", text: "one" });
    scene.store(one);
    one.seqs.add(1);
    hear(scene.ben, scene.said("two"));
  }],
  ["a message of a room comes to one who never joined it", "leak", (scene) => {
    const message = scene.said("one");
    hear(scene.ben, message);
    hear(scene.eve, message);
  }],
  ["a direct message comes to a third", "leak", (scene) => {
    const message = scene.said("psst", conversationOf("ann", "ben"));
    hear(scene.ben, message);
    hear(scene.eve, message);
  }],
  ["a member who left is given what was said later", "leak", (scene) => {
    scene.ben.leaving("#tea");
    scene.ben.left("#tea");
    hear(scene.ben, scene.said("one"));
  }],
  ["a newcomer is given as missed what was said before", "leak", (scene) => {
    const message = scene.said("one");
    hear(scene.ben, message);
    scene.eve.joining("#tea");
    scene.eve.received(rowOf(message), seqOf(message), "resumed");
  }],
  ["one who left reads the room's history", "leak", (scene) => {
    const message = scene.said("one");
    hear(scene.ben, message);
    scene.ben.leaving("#tea");
    scene.ben.left("#tea");
    scene.ben.received(rowOf(message), seqOf(message), "history");
  }],
];

for (const [title, fault, play] of BAD) {
  Deno.test(`The checker calls it "${fault}" when ${title}`, () => {
    const scene = new Scene();
    const rows = play(scene) ?? undefined;
    scene.settle();
    assert.ok(scene.faults(rows).includes(fault), `it says ${scene.faults(rows)}`);
    assert.ok(scene.faults(rows).every((found) => found === fault || ALONGSIDE.has(`${fault}+${found}`)));
  });
}

/** What one fault brings with it: who is given something else than what was said was not given what was said. */
const ALONGSIDE = new Set(["phantom+lost", "duplicated+phantom", "lost+phantom"]);

const GOOD: [title: string, play: (scene: Scene) => void][] = [
  ["nothing happens", () => {}],
  ["all is said once and heard once", (scene) => {
    for (const text of ["one", "two", "three"]) hear(scene.ben, scene.said(text));
  }],
  ["a message without an acknowledgement is absent", (scene) => {
    scene.ann.says({ id: "a", conversation: "#tea", text: "one" });
  }],
  ["a message without an acknowledgement is there, once", (scene) => {
    const message = scene.ann.says({ id: "a", conversation: "#tea", text: "one" });
    scene.ben.received(rowOf(message), scene.store(message), "live");
  }],
  ["a connection breaks; what was missed is resumed, and what was not acknowledged sent again", (scene) => {
    const one = scene.ann.says({ id: "a", conversation: "#tea", text: "one" });
    const seq = scene.store(one);
    scene.ann.brokenOff();
    scene.ann.connected();
    scene.ann.says({ id: "a", conversation: "#tea", text: "one" });
    scene.ann.received(rowOf(one), seq, "resumed");
    scene.ann.acknowledged(one, seq, true);
    scene.ben.brokenOff();
    scene.ben.connected();
    scene.ben.received(rowOf(one), seq, "resumed");
  }],
  ["a refused message is sent again and taken", (scene) => {
    const message = scene.ann.says({ id: "a", conversation: "#tea", text: "one" });
    scene.ann.refused(message);
    hear(scene.ben, scene.said("two"));
    scene.ann.says({ id: "a", conversation: "#tea", text: "one" });
    scene.ann.acknowledged(message, scene.store(message));
    hear(scene.ben, message);
  }],
  ["a text reader is given a line again after its connection broke", (scene) => {
    const tim = scene.history.client("tim", { reading: "position" });
    tim.joining("#tea");
    const message = scene.said("one");
    hear(scene.ben, message);
    for (let i = 0; i < 2; i++) {
      tim.connected();
      tim.received({ ...rowOf(message), id: undefined }, 0, i === 0 ? "live" : "resumed");
      tim.brokenOff();
    }
  }],
  ["a member reads the room's history, from before it joined, twice", (scene) => {
    const message = scene.said("one");
    hear(scene.ben, message);
    scene.eve.joining("#tea");
    scene.eve.joined("#tea", 1);
    for (let i = 0; i < 2; i++) scene.eve.received(rowOf(message), 1, "history");
  }],
  ["a member leaves and comes back, and misses what was said meanwhile", (scene) => {
    scene.ben.leaving("#tea");
    scene.ben.left("#tea");
    scene.said("one");
    scene.ben.joining("#tea");
    scene.ben.joined("#tea", 1);
    hear(scene.ben, scene.said("two"));
  }],
  ["a bot says what nobody recorded", (scene) => {
    scene.history.outsiders.add("thermometer1");
    scene.eve.joining("thermometer1/feed");
    scene.eve.received(
      { sender: "thermometer1", conversation: "thermometer1/feed", text: "21 °C" },
      1,
      "live",
    );
  }],
];

for (const [title, play] of GOOD) {
  Deno.test(`The checker finds nothing wrong when ${title}`, () => {
    const scene = new Scene();
    play(scene);
    scene.settle();
    assert.equal(judge(scene.history, scene.rows).words, "");
  });
}
