/** One simulated client: its connection, what it says, and what it hears that is no message of the run. */

import { Buffer } from "node:buffer";
import {
  clientHeader,
  FRAMES,
  type Framing,
  headerLength,
  isText,
  LINES,
  Opcode,
  opcodeOf,
  unwrapLines,
} from "./framing.ts";
import { Conversation } from "./conversation.ts";
import { Link, type LinkEvents } from "./link.ts";
import type { Target } from "./plan.ts";
import { type MessageEvents, Receiver, type ReceiverOptions } from "./receiver.ts";
import { Template } from "./template.ts";
import { upgrade } from "./upgrade.ts";
import type { Dialog, Heard, Wire } from "./wires/wire.ts";

export interface ClientEvents extends MessageEvents {
  /** Bytes have come; what they hold follows, then `digested`. */
  arrived(): void;
  digested(): void;
  acknowledged(client: number, id: string, seq: number): void;
  refused(client: number, id: string, problem: string): void;
  /** The connection ended, or the server complained of something that was no message. */
  broken(problem: string): void;
}

export type Hearing = Pick<ReceiverOptions, "reference" | "own">;

export class Client implements LinkEvents, Dialog {
  readonly #index: number;
  readonly #wire: Wire;
  readonly #events: ClientEvents;
  readonly #framing: Framing;
  readonly #receiver: Receiver;
  readonly #templates = new Map<number, Template>();
  readonly #control = (bytes: Buffer, from: number, to: number) => this.#controlled(bytes, from, to);
  readonly #conversation = new Conversation();
  #link!: Link;

  constructor(index: number, wire: Wire, events: ClientEvents, hearing: Hearing) {
    this.#index = index;
    this.#wire = wire;
    this.#events = events;
    this.#framing = wire.framing === "frames" ? FRAMES : LINES;
    this.#receiver = new Receiver({
      ...hearing,
      client: index,
      framing: this.#framing,
      hasSeq: wire.hasSeq,
      events,
      other: (bytes, from, to) => this.#other(bytes, from, to),
    });
  }

  /** Connects and logs in. */
  async open({ host, port }: Target, name: string): Promise<void> {
    this.#link = await Link.open(host, port);
    if (this.#wire.webSocket) await upgrade(this.#link, { host, port, ...this.#wire.webSocket });
    // What the server says first may come in the same turn, so it is asked for before reading begins.
    const login = this.#wire.login(this, name);
    this.#link.listen(this);
    await login;
  }

  join(room: string): Promise<void> {
    return this.#wire.join(this, room);
  }

  async settle(): Promise<void> {
    await this.#wire.settle?.(this);
  }

  /** Makes ready for saying what goes to `destination`, in texts of `size` bytes. */
  prepare(stream: number, destination: string, size: number): void {
    const encode = (text: string, id: string) => this.#framed(this.#wire.message(destination, text, id));
    this.#templates.set(stream, new Template(size, encode));
  }

  /** Goes out with the next `flush`. */
  say(stream: number, number: number, intendedUs: number): void {
    this.#templates.get(stream)!.put(this.#link, stream, number, intendedUs);
  }

  flush(): void {
    this.#link.flush();
  }

  close(): void {
    this.#link?.close();
  }

  send(text: string): void {
    this.#link.send(this.#framed(text));
  }

  until(accept: (text: string) => boolean): Promise<string> {
    return this.#conversation.until(accept);
  }

  read(bytes: Buffer, end: number): number {
    this.#events.arrived();
    const rest = this.#readUnits(bytes, end);
    this.#events.digested();
    return rest;
  }

  ended(reason: string): void {
    this.#conversation.end(reason);
    this.#events.broken(reason);
  }

  #readUnits(bytes: Buffer, end: number): number {
    if (this.#wire.framing !== "lines-in-frames") return this.#receiver.read(bytes, end);
    const { lines, rest } = unwrapLines(bytes, end, this.#control);
    this.#receiver.read(bytes, lines);
    return rest;
  }

  #other(bytes: Buffer, from: number, to: number): void {
    if (this.#wire.framing === "frames" && !isText(bytes, from)) return this.#controlled(bytes, from, to);
    const text = this.#framing.textOf(bytes, from, to);
    if (!this.#conversation.takes(text)) this.#heard(this.#wire.heard(text));
  }

  #heard(heard: Heard): void {
    switch (heard.kind) {
      case "nothing":
        return;
      case "ping":
        return this.send(heard.answer);
      case "acknowledged":
        return this.#events.acknowledged(this.#index, heard.id, heard.seq);
      case "refused":
        return this.#events.refused(this.#index, heard.id, heard.problem);
      case "problem":
        return this.#events.broken(heard.problem);
    }
  }

  #controlled(bytes: Buffer, from: number, to: number): void {
    switch (opcodeOf(bytes, from)) {
      case Opcode.ping:
        return this.#link.send(frame(Opcode.pong, bytes.subarray(from + headerLength(bytes, from), to)));
      case Opcode.pong:
        return;
      case Opcode.close:
        return this.#events.broken("the server closed the WebSocket");
      default:
        return this.#events.broken(
          "the server sent a frame that the generator does not read: binary or a fragment",
        );
    }
  }

  #framed(text: string): Buffer {
    if (this.#wire.framing === "lines") return Buffer.from(text + (this.#wire.lineEnd ?? "\n"));
    return frame(Opcode.text, Buffer.from(text));
  }
}

function frame(opcode: number, payload: Uint8Array): Buffer {
  return Buffer.concat([clientHeader(opcode, payload.length), payload]);
}
