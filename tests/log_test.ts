import assert from "node:assert/strict";
import { LogFile } from "../server/log_file.ts";
import { FakeClock } from "./fake_clock.ts";

class Folder implements AsyncDisposable {
  readonly path = Deno.makeTempDirSync({ prefix: "parley-log-" });
  readonly clock = new FakeClock();
  readonly problems: string[] = [];

  open(path = `${this.path}/log`): LogFile {
    const failed = (problem: string) => this.problems.push(problem);
    return new LogFile(path, { maxBytes: 20, maxFiles: 2, clock: this.clock, failed });
  }

  read(name: string): string {
    return Deno.readTextFileSync(`${this.path}/${name}`);
  }

  names(): string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

Deno.test("log: lines are written together, a tenth of a second after the first", async () => {
  await using folder = new Folder();
  using file = folder.open();
  file.write("one\n");
  file.write("two\n");
  assert.equal(folder.read("log"), "");
  folder.clock.advance(100);
  assert.equal(folder.read("log"), "one\ntwo\n");
});

Deno.test("log: what waits is written at the end", async () => {
  await using folder = new Folder();
  {
    using file = folder.open();
    file.write("last words\n");
  }
  assert.equal(folder.read("log"), "last words\n");
});

Deno.test("log: a file that would become too large is put aside, and the oldest goes", async () => {
  await using folder = new Folder();
  using file = folder.open();
  for (const line of ["first", "second", "third", "fourth"]) {
    file.write(line.padEnd(15) + "\n");
    file.flush();
  }
  assert.deepEqual(folder.names(), ["log", "log.1", "log.2"]);
  assert.match(folder.read("log"), /fourth/);
  assert.match(folder.read("log.1"), /third/);
  assert.match(folder.read("log.2"), /second/);
});

Deno.test("log: a file of an earlier start is continued, and counts", async () => {
  await using folder = new Folder();
  Deno.writeTextFileSync(`${folder.path}/log`, "x".repeat(15) + "\n");
  using file = folder.open();
  file.write("yes\n");
  file.flush();
  assert.match(folder.read("log"), /x\nyes\n/);
  file.write("no\n");
  file.flush();
  assert.equal(folder.read("log"), "no\n");
});

Deno.test({
  name: "log: a full disk throws nothing, and is told once",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using folder = new Folder();
    using file = folder.open("/dev/full");
    for (const line of ["a\n", "b\n"]) {
      file.write(line);
      folder.clock.advance(100);
    }
    assert.equal(folder.problems.length, 1);
    assert.match(folder.problems[0]!, /No space left/);
  },
});

Deno.test("log: a process that ends at once has written what it logged before", async () => {
  await using folder = new Folder();
  const script = `
    import { openLog } from ${JSON.stringify(import.meta.resolve("../server/log.ts"))};
    const log = await openLog(${JSON.stringify(folder.path)}, () => {});
    log.error("store_failed", { problem: "disk" });
    Deno.exit(70);`;
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
    cwd: new URL("..", import.meta.url).pathname,
  }).output();
  assert.equal(code, 70);
  const { level, event, problem } = JSON.parse(folder.read("parley.log"));
  assert.deepEqual([level, event, problem], ["error", "store_failed", "disk"]);
});
