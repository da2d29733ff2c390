import assert from "node:assert/strict";

/** Runs a bot as a program, with no more permissions than it needs. */
async function run(bot: string, args: readonly string[], env: Record<string, string> = {}) {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net=127.0.0.1", "--allow-env=PARLEY_BOT_TOKEN", bot, ...args],
    env: { PARLEY_BOT_TOKEN: "", NO_COLOR: "1", ...env },
    cwd: new URL("..", import.meta.url),
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("a bot on the command line explains itself", async () => {
  const { code, stdout } = await run("bots/thermometer.ts", ["--help"]);
  assert.equal(code, 0);
  for (const words of ["--server", "--interval", "PARLEY_BOT_TOKEN"]) {
    assert.ok(stdout.includes(words), words);
  }
});

Deno.test("a bot without a token, or with a flag that is wrong, says so in one line and exits with 2", async () => {
  const token = { PARLEY_BOT_TOKEN: "t" };
  const cases = [
    [await run("bots/openai.ts", []), /^Set PARLEY_BOT_TOKEN/],
    [await run("bots/thermometer.ts", ["--interval", "0"], token), /"0" is not a number of seconds/],
    [await run("bots/thermometer.ts", ["--server", "http://x"], token), /Write ws:\/\/x/],
    [await run("bots/thermometer.ts", ["--colour"], token), /unknown option '--colour'/],
  ] as const;
  for (const [{ code, stderr }, words] of cases) {
    assert.equal(code, 2);
    assert.match(stderr, words);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
  }
});
