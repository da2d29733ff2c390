import assert from "node:assert/strict";
import { TestServer } from "./test_server.ts";

/** Runs a bot as a program, with no more permissions than it needs. */
function run(bot: string, args: readonly string[], env: Record<string, string> = {}) {
  return runFile(["--allow-net=127.0.0.1", "--allow-env=PARLEY_BOT_TOKEN", bot, ...args], env);
}

async function runFile(args: readonly string[], env: Record<string, string> = {}) {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...args],
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

Deno.test("a bot whose token is wrong says in one line what to check, and exits with 1", async () => {
  await using server = await TestServer.start();
  const flags = ["--server", `tcp://127.0.0.1:${server.port}`];
  const { code, stderr } = await run("bots/thermometer.ts", flags, { PARLEY_BOT_TOKEN: "wrong" });
  assert.match(
    stderr,
    /^thermometer: The server does not know the token\. Check PARLEY_BOT_TOKEN: .*bot-token.*\n$/,
  );
  assert.equal(code, 1);
});

Deno.test("bot-token prints the token alone, and says of a bot that was there that its earlier tokens still hold", async () => {
  await using server = await TestServer.start();
  const make = async () => {
    const ended = await runFile(["-A", "server/bot_token.ts", "--data", server.folder, "beeper"]);
    assert.equal(ended.code, 0);
    assert.match(ended.stdout, /^[\w-]{43}\n$/);
    return { ...ended, token: ended.stdout.trim() };
  };
  const first = await make();
  const second = await make();
  assert.equal(first.stderr, "");
  assert.match(second.stderr, /^bot-token: beeper was there before: .* still hold\.\n$/);
  for (const { token } of [first, second]) {
    assert.equal((await server.chat.accounts.userOfToken(token)).name, "beeper");
  }
});

Deno.test("bot-token without a name, or with two, is a mistake in the usage: 2", async () => {
  for (const names of [[], ["a", "b"]]) {
    const { code, stdout } = await runFile(["-A", "server/bot_token.ts", ...names]);
    assert.deepEqual([code, stdout], [2, ""]);
  }
});
