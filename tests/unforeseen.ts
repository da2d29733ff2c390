/** Faults that nobody foresaw, put into the server from outside, and people on it who must not notice. */

import assert from "node:assert/strict";
import type { Envelope } from "../protocol/message.ts";
import type { Logger } from "../server/log.ts";
import { FakeClock } from "./fake_clock.ts";
import type { LineClient } from "./line_client.ts";
import { TestServer } from "./test_server.ts";

/** The two ways in which a method fails that nobody foresaw. */
export const WAYS = {
  "throws": () => {
    throw new Error("unforeseen");
  },
  "rejects": () => Promise.reject(new Error("unforeseen")),
} as const;

export type Way = keyof typeof WAYS;

// deno-lint-ignore no-explicit-any -- of any object, whatever its type
type Any = any;

/** Puts another function in the place of a method until the end of the block. */
export function replace(
  object: Any,
  method: string,
  other: (this: Any, original: Any, args: Any[]) => unknown,
) {
  const own = Object.getOwnPropertyDescriptor(object, method);
  const original = object[method];
  const value = function (this: Any, ...args: Any[]) {
    return other.call(this, original, args);
  };
  Object.defineProperty(object, method, { value, configurable: true, writable: true });
  return {
    [Symbol.dispose]() {
      if (own) Object.defineProperty(object, method, own);
      else delete object[method];
    },
  };
}

/** A server with people on it, whose log is read. */
export class Scene implements AsyncDisposable {
  readonly faults: Record<string, unknown>[] = [];
  readonly clock = new FakeClock();
  server!: TestServer;
  /** Two who have nothing to do with it, over WebSocket and over TCP. */
  #ann!: LineClient;
  #tim!: LineClient;

  static async make(): Promise<Scene> {
    const scene = new Scene();
    const log: Logger = {
      info() {},
      warn: (event, properties) => void scene.faults.push({ event, ...properties }),
      error: (event, properties) => void scene.faults.push({ event, ...properties }),
    };
    scene.server = await TestServer.start({ log, clock: scene.clock });
    scene.#ann = await scene.server.websocket("ann");
    scene.#tim = await scene.server.text("tim");
    return scene;
  }

  /** The faults since it was last asked, and that the others talk with each other as before. */
  async told(): Promise<Record<string, unknown>[]> {
    const text = crypto.randomUUID();
    assert.equal((await this.#ann.say("#general", text)).metadata.code, "stored");
    await this.#tim.until((line) => line.endsWith(text));
    const answer = crypto.randomUUID();
    this.#tim.send(answer);
    await this.#ann.envelope(({ message }) => message === answer);
    return this.faults.splice(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

/** An `internal` error whose words carry the reference of the one fault that was logged. */
export async function assertInternal(scene: Scene, { metadata, message }: Envelope): Promise<void> {
  const faults = await scene.told();
  assert.deepEqual([metadata.code, metadata.error], ["error", "internal"]);
  assert.deepEqual(faults.map(({ event, reference }) => [event, reference]), [["fault", metadata.reference]]);
  assert.ok(message.includes(String(metadata.reference)));
  assert.ok(!message.includes("unforeseen"), "its words are for the log alone");
  assert.match(String(faults[0]!.stack), /unforeseen/);
}
