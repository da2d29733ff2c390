/** What the tests of backup and restore share: a place with data, and what a tool says at its end. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { DatabaseSync } from "node:sqlite";
import { type Ended } from "./operator_tools.ts";
import { TestServer } from "./test_server.ts";

/** A folder that holds `data`, and in which the tools run; removed at the end. */
export class Place implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<Place> {
    const place = new Place(await Deno.makeTempDir({ prefix: "parley-backup-" }));
    await Deno.mkdir(place.data);
    return place;
  }

  get data(): string {
    return `${this.path}/data`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

export interface Row {
  readonly seq: number;
  readonly client_id: string;
  readonly text: string;
}

export function rowsOf(path: string): Row[] {
  using db = new DatabaseSync(path, { readOnly: true });
  assert.equal(db.prepare("PRAGMA integrity_check").get()!.integrity_check, "ok");
  return db.prepare("SELECT seq, client_id, text FROM messages ORDER BY seq").all() as unknown as Row[];
}

export function done({ code, stdout, stderr }: Ended): string {
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(stdout.trimEnd().split("\n").length, 1, stdout);
  return stdout;
}

/** One line on the error output, and nothing else. */
export function refused({ code, stdout, stderr }: Ended, words: RegExp): void {
  assert.match(stderr, words);
  assert.deepEqual([code, stdout, stderr.trimEnd().split("\n").length], [1, "", 1]);
}

export async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

export async function contentsOf(folder: string): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  for (const name of await namesIn(folder)) {
    contents.set(name, Buffer.from(await Deno.readFile(`${folder}/${name}`)).toString("base64"));
  }
  return contents;
}

/** A data folder with so many messages of one user in `#general`, from a server that was stopped. */
export async function fill(folder: string, count: number): Promise<void> {
  await using server = await TestServer.start({ folder });
  const ann = await server.json("ann");
  for (let i = 0; i < count; i++) await ann.say("#general", `text ${i}`);
}

/** Overwrites the page after the first with what is no page. */
export async function damage(path: string): Promise<void> {
  using file = await Deno.open(path, { write: true });
  await file.seek(4096, Deno.SeekMode.Start);
  await file.write(new Uint8Array(4096).fill(0x5a));
}
