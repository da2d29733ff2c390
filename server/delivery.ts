/**
 * Gives committed messages to the connections of those who may have them: each batch grouped by conversation, each
 * group encoded once for all its members, and on every connection everything in the order of `seq`, whatever its rooms.
 *
 * The gate: the next batch goes out when the writes of the last one have ended. Members stay in step so, and batches grow
 * with the load. It is one gate for all rooms, since with one for each a later `seq` could overtake an earlier one. A member who
 * takes longer than GATE_MS is left behind to its own outbox and holds up nobody.
 */

import type { Metadata } from "../protocol/message.ts";
import { Chunk, SplicedChunk, splicedLines } from "./chunk.ts";
import type { Clock } from "./clock.ts";
import { encode, messageJson, messageText, notification, type Said, storedJson } from "./encode.ts";
import type { LiveConversation, LiveUser, Receiver } from "./live.ts";
import type { Seq } from "./store.ts";

const GATE_MS = 5;

/**
 * In UTF-16 units: what was committed at once, as after a disk that hung, goes out in parts of so much, each when the last is
 * written. As one it could be more than an outbox may hold, and everybody in the room would count as slow.
 */
const PART_UNITS = 256 * 1024;
/**
 * So long, in all, those who read are waited for between such parts, until the queue is empty again: a disk that hung may cut off nobody,
 * and under a load that does not end nobody waits for a slow reader.
 */
const PATIENCE_MS = 2000;
/** What a message weighs beside its text and metadata. */
const MESSAGE_UNITS = 200;

/** A committed message on its way. */
export interface Delivery extends Said {
  readonly conversation: LiveConversation;
  /** Gets the `stored` reply in the place of the message. */
  readonly origin: Receiver | null;
  /** Gets it too, although not of the conversation: the AI bot that was asked. */
  readonly alsoTo: LiveUser | null;
  /** What the reply says; null where none is due. Asked when it is delivered. */
  reply(): { message: string; metadata: Metadata } | null;
  /** Called when it has been given to all outboxes. */
  delivered(): void;
  /** Its line of JSON, once somebody needed it. */
  json?: string | undefined;
}

/** A change of who gets what: takes effect between the messages that were committed before and after it. */
type Change = () => void;

export class Deliverer {
  readonly #clock: Clock;
  readonly #onFault: (error: unknown) => void;
  #queue: (Delivery | Change)[] = [];
  #isRunning = false;
  /** Everything up to this seq has been given to the outboxes. */
  deliveredSeq: Seq = 0;
  /** Messages given to receivers so far. */
  deliveries = 0;

  /** @param onFault told of what a change or a listener threw */
  constructor(clock: Clock, onFault: (error: unknown) => void = () => {}) {
    this.#clock = clock;
    this.#onFault = onFault;
  }

  /** Adds what was committed next. */
  enqueue(...items: (Delivery | Change)[]): void {
    for (const item of items) this.#queue.push(item);
    if (this.#isRunning) return;
    this.#isRunning = true;
    // What else was committed with it comes in this turn too, and goes in the same writes.
    queueMicrotask(() => void this.#run());
  }

  async #run(): Promise<void> {
    let patienceMs = PATIENCE_MS;
    while (this.#queue.length > 0) {
      const writes = this.#deliver(this.#nextPart());
      if (writes.length === 0) continue;
      const before = this.#clock.monotonic();
      await this.#gate(writes, this.#queue.length > 0 ? Math.max(GATE_MS, patienceMs) : GATE_MS);
      patienceMs -= this.#clock.monotonic() - before;
    }
    this.#isRunning = false;
  }

  #nextPart(): readonly (Delivery | Change)[] {
    let [count, units] = [0, 0];
    while (count < this.#queue.length && units < PART_UNITS) units += weightOf(this.#queue[count++]!);
    if (count < this.#queue.length) return this.#queue.splice(0, count);
    const all = this.#queue;
    this.#queue = [];
    return all;
  }

  #deliver(items: readonly (Delivery | Change)[]): Promise<void>[] {
    const touched = new Set<Receiver>();
    const writes: Promise<void>[] = [];
    const flush = (receiver: Receiver) => {
      const write = this.#flush(receiver);
      if (write) writes.push(write);
    };
    let run: Delivery[] = [];
    for (const item of items) {
      if (typeof item !== "function") run.push(item);
      else {
        this.#deliverRun(run, (receiver) => touched.add(receiver));
        run = [];
        this.#guard(item);
      }
    }
    // At once: its chunk is garbage then while it is young. Of a batch of thousands, most would be promoted otherwise.
    this.#deliverRun(run, flush);
    touched.forEach(flush);
    return writes;
  }

  #deliverRun(run: readonly Delivery[], pushed: (receiver: Receiver) => void): void {
    if (run.length === 0) return;
    const due = groupsByReceiver(run);
    const merged = new Map<string, Group>();
    for (const [receiver, groups] of due) {
      try {
        const chunk = chunkFor(receiver, groups, merged, this.#clock.now());
        if (!chunk) continue;
        receiver.push(chunk);
        this.deliveries += chunk.lines.length;
        pushed(receiver);
      } catch (error) {
        this.#guard(() => receiver.failed(error));
      }
    }
    this.deliveredSeq = run.at(-1)!.seq;
    for (const delivery of run) this.#guard(() => delivery.delivered());
  }

  #flush(receiver: Receiver): Promise<void> | null {
    try {
      return receiver.flush();
    } catch (error) {
      this.#guard(() => receiver.failed(error));
      return null;
    }
  }

  /** What one listener throws must not keep the others from what is theirs. */
  #guard(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#onFault(error);
    }
  }

  async #gate(writes: readonly Promise<void>[], ms: number): Promise<void> {
    let cancel = () => {};
    const late = new Promise<void>((resolve) => cancel = this.#clock.after(ms, resolve));
    await Promise.race([Promise.all(writes), late]);
    cancel();
  }
}

function weightOf(item: Delivery | Change): number {
  return typeof item === "function" ? 0 : MESSAGE_UNITS + item.text.length + item.metadata.length;
}

/** Messages of one batch that go to the same receivers; encoded at most once per format. */
class Group {
  #json: Chunk | undefined;
  #text: Chunk | undefined;
  constructor(readonly number: number, readonly messages: Delivery[], readonly origins: Set<Receiver>) {}

  /** Text mode shows a direct message to its sender in other words than to its receiver. */
  get isSameForAll(): boolean {
    return !isDirect(this.messages[0]!);
  }

  get json(): Chunk {
    return this.#json ??= new Chunk(this.messages.map((message) => jsonLine(message)), this.lastSeq);
  }

  get text(): Chunk {
    return this.#text ??= new Chunk(this.messages.map((message) => messageText(message, "")), this.lastSeq);
  }

  get lastSeq(): Seq {
    return this.messages.at(-1)!.seq;
  }
}

/** The JSON line of a message, made once, however many groups it is in. */
function jsonLine(message: Delivery): string {
  return message.json ??= messageJson(message);
}

function groupsByReceiver(run: readonly Delivery[]): Map<Receiver, Group[]> {
  const due = new Map<Receiver, Group[]>();
  const add = (receiver: Receiver, group: Group) => {
    const groups = due.get(receiver);
    if (groups) groups.push(group);
    else due.set(receiver, [group]);
  };
  const groups = groupByConversation(run);
  for (const [conversation, group] of groups) {
    for (const user of conversation.users) {
      for (const receiver of user.receivers) if (receiver.isLive) add(receiver, group);
    }
  }
  let number = groups.size;
  for (const message of run) {
    // One message alone, for somebody who is not in the conversation: the bot that is asked, the sender's reply.
    const { alsoTo, origin } = message;
    if (!alsoTo && !origin) continue;
    const { users } = message.conversation;
    const alone = (receiver: Receiver) => add(receiver, new Group(number++, [message], originsOf([message])));
    for (const receiver of alsoTo?.receivers ?? []) {
      if (receiver.isLive && receiver !== origin && !users.has(receiver.user)) alone(receiver);
    }
    if (origin && !(origin.isLive && users.has(origin.user))) alone(origin);
  }
  return due;
}

function groupByConversation(run: readonly Delivery[]): Map<LiveConversation, Group> {
  const byConversation = new Map<LiveConversation, Delivery[]>();
  for (const message of run) {
    const messages = byConversation.get(message.conversation);
    if (messages) messages.push(message);
    else byConversation.set(message.conversation, [message]);
  }
  let number = 0;
  return new Map(
    [...byConversation].map(([conversation, messages]) => [
      conversation,
      new Group(number++, messages, originsOf(messages)),
    ]),
  );
}

function originsOf(messages: readonly Delivery[]): Set<Receiver> {
  const origins = new Set<Receiver>();
  for (const { origin } of messages) if (origin) origins.add(origin);
  return origins;
}

/** The one shared chunk where it can be shared; else one that is this receiver's own. */
function chunkFor(
  receiver: Receiver,
  groups: readonly Group[],
  merged: Map<string, Group>,
  now: number,
): Chunk | undefined {
  const isOwn = groups.some((group) => group.origins.has(receiver)) ||
    receiver.format === "text" && groups.some((group) => !group.isSameForAll);
  const group = groups.length === 1 ? groups[0]! : mergedGroup(groups, merged);
  return isOwn ? ownChunk(receiver, group, now) : group[receiver.format];
}

/** Several rooms of a batch in the order of seq; made once for all who are in the same rooms. */
function mergedGroup(groups: readonly Group[], merged: Map<string, Group>): Group {
  const key = groups.map((group) => group.number).join();
  let group = merged.get(key);
  if (!group) {
    const messages = groups.flatMap((group) => group.messages).sort((a, b) => a.seq - b.seq);
    merged.set(key, group = new Group(-1, messages, originsOf(messages)));
  }
  return group;
}

function ownChunk(receiver: Receiver, group: Group, now: number): Chunk | undefined {
  const isText = receiver.format === "text";
  const own = new Map<number, string | undefined>();
  group.messages.forEach((message, i) => {
    if (message.origin === receiver) own.set(i, replyLine(receiver, message, now));
    else if (isText && isDirect(message)) own.set(i, messageText(message, receiver.user.name));
  });
  const shared = group[receiver.format];
  // Where half of it is its own, as in most direct conversations, copying the rest saves nothing.
  const chunk = own.size * 2 < group.messages.length
    ? new SplicedChunk(shared, own)
    : new Chunk(splicedLines(shared.lines, own), group.lastSeq);
  return chunk.lines.length === 0 ? undefined : chunk;
}

function isDirect({ conversation }: Delivery): boolean {
  return conversation.record.kind === "direct";
}

function replyLine(receiver: Receiver, message: Delivery, now: number): string | undefined {
  const reply = message.reply();
  if (!reply) return undefined;
  if (receiver.format === "json") return storedJson(message, reply, now);
  const envelope = notification("stored", reply.message, reply.metadata, now);
  return encode(envelope, "text", receiver.user.name);
}
