/**
 * What a line that came means. The first one decides how the connection speaks, for good; before a login, text mode is a
 * dialogue: a name, then its password where it has one.
 */

import { parseRequest, type Request } from "../protocol/message.ts";
import { ChatError } from "../protocol/errors.ts";
import { requireUserName } from "../protocol/names.ts";
import { parseTextLine } from "../protocol/text.ts";
import type { Format } from "./live.ts";

/** The connection, as the dialogue needs it. */
export interface Interlocutor {
  readonly isLoggedIn: boolean;
  /** What is said without a destination goes here; empty where there is none. */
  readonly room: string;
  /** Sends a line of text as it is. */
  say(line: string): void;
  /** Closes when what was said has gone. */
  quit(): Promise<void>;
}

const HTTP_REQUEST = /^[A-Z]{3,10} \S+ HTTP\/\d/;

export class RequestReader {
  readonly #peer: Interlocutor;
  readonly #webHint: string;
  #format: Format | null;
  /** The name whose password the next line is. */
  #passwordFor: string | null = null;

  /** @param format null where the first line decides */
  constructor(format: Format | null, peer: Interlocutor, webHint: string) {
    this.#format = format;
    this.#peer = peer;
    this.#webHint = webHint;
  }

  /** Null before the first line. */
  get format(): Format | null {
    return this.#format;
  }

  /** The first line could not be read, but begins as JSON does. */
  decideForJson(): void {
    this.#format ??= "json";
  }

  askName(): void {
    this.#peer.say("Enter your username:");
  }

  /** The next line is taken as the password of that name. */
  askPassword(name: string): void {
    this.#passwordFor = name;
    this.#peer.say(`Password for ${name}:`);
  }

  /** The request that a line is; undefined where it is none, or has been answered. @throws ChatError */
  read(line: string): Request | undefined {
    if (this.#format === null && !this.#decide(line)) return undefined;
    if (this.#format === "json") return line.trim() === "" ? undefined : parseRequest(line);
    return this.#peer.isLoggedIn ? this.#readText(line) : this.#readLogin(line);
  }

  #decide(line: string): boolean {
    if (line.trim() === "") return false;
    if (HTTP_REQUEST.test(line)) {
      this.#peer.say(`HTTP/1.1 400 Bad Request: this port speaks lines. ${this.#webHint}`);
      void this.#peer.quit();
      return false;
    }
    this.#format = line.startsWith("{") ? "json" : "text";
    return true;
  }

  #readText(line: string): Request | undefined {
    const request = parseTextLine(line, this.#peer.room);
    if (request?.type === "chat" && request.destination === "") {
      throw new ChatError("bad_arguments", "You are in no room. Enter one with /join ROOM.");
    }
    return request;
  }

  /** A bare name, a password that was asked for, or a command. */
  #readLogin(line: string): Request | undefined {
    const text = line.trim();
    if (this.#passwordFor !== null) {
      const name = this.#passwordFor;
      this.#passwordFor = null;
      return loginRequest(name, { password: line });
    }
    if (text === "") return undefined;
    if (text.startsWith("/") || text === "exit") return { ...loginRequest(""), message: text };
    return loginRequest(requireUserName(text));
  }
}

export function loginRequest(name: string, metadata: Request["metadata"] = {}): Request {
  return { type: "command", destination: "", message: `/login ${name}`, metadata };
}
