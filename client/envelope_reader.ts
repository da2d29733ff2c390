/** What the server sends, checked: a client trusts it no more than the server trusts clients. */

import { ChatError, type ErrorCode } from "../protocol/errors.ts";
import { type Envelope, isObject, SERVER } from "../protocol/message.ts";

/** A `chat` or `subscription` as it is delivered. */
export type Message = Envelope & { seq: number };

/** Reads one line; undefined where it is no envelope that a server may send, which a client ignores. */
export function readEnvelope(line: string): Envelope | undefined {
  const value = parse(line);
  if (!isObject(value)) return undefined;
  const { type, sender, destination, message, timestamp, metadata, id, seq } = value;
  if (typeof message !== "string" || typeof sender !== "string" || !isObject(metadata)) return undefined;
  if (type !== "notification" && !(isSpoken(type) && isSeq(seq))) return undefined;
  const envelope: Envelope = {
    type,
    sender,
    destination: typeof destination === "string" ? destination : "",
    message,
    timestamp: typeof timestamp === "string" ? timestamp : "",
    metadata,
  };
  if (typeof id === "string") envelope.id = id;
  if (isSeq(seq)) envelope.seq = seq;
  return envelope;
}

export function isMessage(envelope: Envelope): envelope is Message {
  return envelope.type !== "notification";
}

/** Whether it can be a position in the log; 0 is the position before the first message. */
export function isSeq(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The error that an `error` notification carries; undefined for any other. */
export function errorOf({ message, metadata }: Envelope): ChatError | undefined {
  if (metadata.code !== "error") return undefined;
  const { code: _code, error, reply_to: _replyTo, ...details } = metadata;
  return new ChatError(String(error) as ErrorCode, message, details);
}

/** The `stored` reply that was lost, from the message itself when it comes back. */
export function storedReplyOf({ id, seq, timestamp }: Message): Envelope {
  return {
    type: "notification",
    sender: SERVER,
    destination: "",
    message: "",
    timestamp,
    metadata: { code: "stored", reply_to: id, seq, timestamp },
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isSpoken(type: unknown): type is "chat" | "subscription" {
  return type === "chat" || type === "subscription";
}
