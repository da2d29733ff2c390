/** Envelopes as they are sent: JSON lines and text lines. */

import { type Envelope, mergeJson, type Metadata, SERVER } from "../protocol/message.ts";
import { formatText } from "../protocol/text.ts";
import type { Format } from "./live.ts";
import type { StoredMessage } from "./store.ts";
import { timestampOf } from "./clock.ts";

/** What the server says: never stored, never numbered. */
export function notification(code: string, message: string, metadata: Metadata, at: number): Envelope {
  return {
    type: "notification",
    sender: SERVER,
    destination: "",
    message,
    timestamp: timestampOf(at),
    metadata: { code, ...metadata },
  };
}

/** What most messages are answered with. */
export const STORED_WORDS = "Stored.";

/** What of a message its line needs. */
export type Said = Pick<
  StoredMessage,
  "seq" | "senderName" | "destination" | "type" | "text" | "metadata" | "clientId" | "createdAt"
>;

/**
 * A message as one line of JSON. Its metadata is JSON already, so the line is put together by hand: half the cost of
 * JSON.stringify on the whole.
 */
export function messageJson(said: Said, extra?: Metadata): string {
  const metadata = extra ? mergeJson(said.metadata, JSON.stringify(extra)) : said.metadata;
  const id = said.clientId === null ? "" : `,"id":"${said.clientId}"`;
  return `{"type":"${said.type}","sender":"${said.senderName}","destination":"${said.destination}"` +
    `,"message":${JSON.stringify(said.text)},"timestamp":"${timestampOf(said.createdAt)}"` +
    `,"metadata":${metadata}${id},"seq":${said.seq}}`;
}

/** The reply to a message that was stored, as one line of JSON; put together by hand like the message. */
export function storedJson(
  { clientId, seq, createdAt }: Said,
  reply: { readonly message: string; readonly metadata: Metadata },
  at: number,
): string {
  const words = reply.message === STORED_WORDS ? STORED_WORDS_JSON : JSON.stringify(reply.message);
  const replyTo = clientId === null ? "" : `"reply_to":"${clientId}",`;
  return `${STORED_START}${words},"timestamp":"${
    timestampOf(at)
  }","metadata":{"code":"stored",${replyTo}"seq":${seq}` +
    `,"timestamp":"${timestampOf(createdAt)}"${restOfObject(reply.metadata)}}}`;
}

const STORED_WORDS_JSON = JSON.stringify(STORED_WORDS);
const STORED_START = `{"type":"notification","sender":"${SERVER}","destination":"","message":`;

/** Its members as they follow others in JSON. */
function restOfObject(metadata: Metadata): string {
  const json = JSON.stringify(metadata);
  return json === "{}" ? "" : "," + json.slice(1, -1);
}

/** A stored message as an envelope. `extra` wins over what the client wrote in keys of the same name. */
export function messageEnvelope(said: Said, extra: Metadata = {}): Envelope {
  const envelope = JSON.parse(messageJson(said)) as Envelope;
  return { ...envelope, metadata: { ...envelope.metadata, ...extra } };
}

/** A message as the lines of text mode, for one viewer. */
export function messageText(said: Said, viewer: string, stored = false): string {
  const envelope: Envelope = {
    type: said.type,
    sender: said.senderName,
    destination: said.destination,
    message: said.text,
    timestamp: timestampOf(said.createdAt),
    metadata: stored ? { stored } : {},
  };
  return formatText(envelope, viewer) ?? "";
}

/** An envelope in a connection's format; undefined where text mode shows nothing for it. */
export function encode(envelope: Envelope, format: Format, viewer: string): string | undefined {
  return format === "json" ? JSON.stringify(envelope) : formatText(envelope, viewer);
}
