import assert from "node:assert/strict";
import { readOptions } from "../client/terminal_options.ts";

function parse(...args: string[]) {
  const written = { out: "", err: "" };
  const options = readOptions(args, {
    writeOut: (text) => void (written.out += text),
    writeErr: (text) => void (written.err += text),
  });
  return { options, ...written };
}

Deno.test("help and version are printed and end with 0, a wrong command line with 2 and a reason", () => {
  assert.deepEqual(parse("--version"), { options: 0, out: "1.0.0\n", err: "" });
  const help = parse("--help");
  assert.equal(help.options, 0);
  for (const word of ["--server", "--name", "--no-color", "PARLEY_PASSWORD", "Exit codes"]) {
    assert.ok(help.out.includes(word), word);
  }
  for (
    const args of [["--bad"], ["extra"], ["--server", "http://x"], ["--server"], [
      "--server",
      "tcp://h:99999",
    ]]
  ) {
    const { options, out, err } = parse(...args);
    assert.equal(options, 2, args.join(" "));
    assert.equal(out, "");
    assert.match(err, /^error: /);
  }
});

Deno.test("flags are read", () => {
  const { options } = parse("--name", "alice", "--no-color", "--server", "ws://localhost:8080");
  assert.ok(typeof options === "object");
  assert.equal(options.name, "alice");
  assert.equal(options.color, false);
});
