import assert from "node:assert/strict";
import { TestServer } from "./test_server.ts";
import { TmuxTerminal } from "./tmux_terminal.ts";
import { CLIENT, PROMPT, pty, RUN, showing, Stage } from "./terminal_stage.ts";

pty("asks for a name, says what is typed, and shows what others say", async () => {
  await using stage = await Stage.open();
  const { terminal } = stage;
  await stage.start("");
  await terminal.until(/^Your name/m);
  await terminal.enter("alice");
  await terminal.until(PROMPT);
  const bob = await stage.other({ name: "bob" });
  await terminal.enter("hello there");
  await terminal.until(/^\d\d:\d\d #general alice: hello there$/m);
  await bob.say("#general", "hello yourself");
  await bob.say("alice", "psst");
  const screen = await terminal.until(/bob → you: psst$/m);
  assert.match(screen, /^\d\d:\d\d #general bob: hello yourself$/m);
  assert.equal(screen.match(/hello there/g)?.length, 1, "the typed line is shown once, as part of the log");
});

pty("shows an outage, sends what was typed meanwhile, and shows what was missed once", async () => {
  const folder = await Deno.makeTempDir({ prefix: "parley-test-" });
  {
    const terminal = await TmuxTerminal.open({ columns: 70, rows: 30 });
    await using stage = new Stage(await TestServer.start({ folder }), terminal);
    await stage.start();
    await terminal.until(PROMPT);
    await terminal.enter("before");
    await terminal.until(/#general alice: before$/m);
    const { port, webPort } = stage.server;
    await stage.server.stop();
    await terminal.until(/^! connection lost, retrying in \d+ s/m);
    await terminal.enter("typed in the outage");
    await terminal.until(/^… waiting to be sent to #general: typed in the outage$/m);
    await terminal.type("half a line");

    stage.server = await TestServer.start({ folder, port, webPort });
    const bob = await stage.other({ name: "bob" });
    await bob.say("alice", "are you there?");
    await terminal.until(/#general alice: typed in the outage$/m);
    await terminal.until(/bob → you: are you there\?$/m);
    const screen = await terminal.until(/^#general> half a line$/m);
    for (const text of ["#general alice: before", "typed in the outage", "are you there?"]) {
      assert.equal(screen.split(text).length, 2, `${text} stands once in\n${screen}`);
    }
    assert.match(screen, /^\* Connected again\.$/m);
    assert.doesNotMatch(screen, /connection lost|waiting to be sent/);
  }
  await Deno.remove(folder, { recursive: true });
});

pty("shows what was missed while nobody was there, and sums it up", async () => {
  await using stage = await Stage.open();
  const { terminal } = stage;
  await stage.start();
  await terminal.until(PROMPT);
  await terminal.press("C-d");
  await terminal.until(/^exit code 0\nready> $/m);
  const bob = await stage.other({ name: "bob" });
  await bob.say("#general", "one");
  await bob.say("alice", "two");
  await stage.start();
  const screen = await terminal.until(
    showing("── 2 messages while you were away: 1 in #general, 1 from bob ──"),
  );
  assert.match(screen, /^\[Stored\] \d\d:\d\d #general bob: one$/m);
  assert.match(screen, /^\[Stored\] \d\d:\d\d bob → you: two$/m);
});

pty(
  "shows the welcome, then the room, then what was missed, to somebody new and to who comes back",
  async () => {
    await using stage = await Stage.open({ columns: 80, rows: 30 });
    const { terminal } = stage;
    const bob = await stage.other({ name: "bob" });
    await bob.say("#general", "good morning");
    await bob.say("alice", "when you come, call me");
    await stage.start();
    const first = await terminal.until(showing("── 1 message while you were away: 1 from bob ──"));
    assert.deepEqual(timeless(first), [
      "* Welcome, alice. You are in #general. /help lists the commands. Whoever comes",
      "  while you are away can take this name; /password SECRET makes it yours alone.",
      "── in #general before you came ──",
      "#general bob: good morning",
      "── while you were away ──",
      "[Stored] bob → you: when you come, call me",
      "── 1 message while you were away: 1 from bob ──",
    ]);
    await terminal.press("C-d");
    await terminal.until(/^exit code 0\nready> $/m);
    await bob.say("#general", "are you there?");
    await bob.say("#general", "no?");
    await terminal.enter("clear");
    await terminal.until((screen) => screen === "ready> ");
    await stage.start();
    const second = await terminal.until(showing("── 2 messages while you were away: 2 in #general ──"));
    assert.deepEqual(timeless(second), [
      "* Welcome, alice. You are in #general. /help lists the commands.",
      "── in #general before you came ──",
      "#general bob: good morning",
      "── while you were away ──",
      "[Stored] #general bob: are you there?",
      "[Stored] #general bob: no?",
      "── 2 messages while you were away: 2 in #general ──",
    ]);
  },
);

/** The rows of the log, without times and without who comes and goes. */
function timeless(screen: string): string[] {
  const rows = screen.slice(screen.indexOf("* Welcome")).split("\n");
  return rows.filter((row) => !/^\* \S+ is o(n|ff)line$|^#general> *$/.test(row))
    .map((row) => row.replace(/(^|\] )\d\d:\d\d /, "$1").trimEnd());
}

pty("asks for the password of a name that has one, without showing it", async () => {
  await using stage = await Stage.open();
  const { terminal } = stage;
  const alice = await stage.other({ name: "alice" });
  await alice.command("/password open-sesame");
  await alice.close();
  await stage.start();
  await terminal.until(/^Password for alice: $/m);
  await terminal.enter("wrong");
  await terminal.until(/^! bad_credentials: /m);
  await terminal.enter("open-sesame");
  await terminal.until(PROMPT);
  assert.doesNotMatch(terminal.output, /open-sesame|wrong\W*\n/);
  await terminal.press("Up");
  await terminal.type("x");
  await terminal.until(/^#general> x$/m);
});

pty("lets no escape sequence of others through to the terminal", async () => {
  await using stage = await Stage.open();
  const { terminal } = stage;
  await stage.start();
  await terminal.until(PROMPT);
  const bob = await stage.other({ name: "bob" });
  const bot = await stage.bot();
  const evil = "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x9b2J\x1bc\r\x08";
  await bob.say("#general", evil);
  await bob.say("alice", `${evil}\n* carol joined #general`);
  bot.signal("/draft", { destination: "#general", metadata: { draft: "d1", delta: evil } });
  await terminal.until(/openai is writing/);
  await terminal.until(/carol joined/);
  const screen = await terminal.screen();
  assert.match(screen, /\\u\{1b\}\]0;owned/);
  assert.match(screen, /^ {4}\* carol joined #general$/m);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(terminal.output, /\x1b\]|\x9b|\x1bc|\x1b\[2J|\x07/);
});

pty("leaves with Ctrl-C, Ctrl-D and /quit, and the terminal as it was", async () => {
  await using stage = await Stage.open();
  const { terminal } = stage;
  const leave: Record<string, () => Promise<void>> = {
    "Ctrl-C": () => terminal.press("C-c"),
    "Ctrl-D": () => terminal.press("C-d"),
    "/quit": () => terminal.enter("/quit"),
    "Ctrl-C twice, over a line": () => terminal.press("x", "y", "C-c", "C-c"),
  };
  for (const [how, act] of Object.entries(leave)) {
    await terminal.enter("clear");
    await terminal.until((screen) => screen === "ready> ");
    await stage.start();
    await terminal.until(PROMPT);
    await act();
    await terminal.until(/^exit code 0\nready> $/m);
    await terminal.enter("stty -a | tr ' ;' '\\n\\n' | grep -xE -- '-?(icanon|echo|isig)'");
    const screen = await terminal.until(/^echo$[^]*^ready> $/m);
    assert.match(screen, /^icanon$/m, how);
    assert.match(screen, /^isig$/m, how);
    assert.doesNotMatch(screen, /^-(icanon|echo|isig)$/m, how);
  }
  assert.ok(terminal.output.endsWith("ready> "));
  assert.ok(terminal.output.lastIndexOf("\x1b[?2004h") < terminal.output.lastIndexOf("\x1b[?2004l"));
});

pty("a server that is not there is shown, and Ctrl-C then gives 3", async () => {
  await using terminal = await TmuxTerminal.open({ columns: 60, rows: 10 });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await terminal.enter(`${RUN} ${CLIENT} --server 127.0.0.1:${port} --name alice; echo "exit code $?"`);
  await terminal.until(/^! not connected, retrying in \d+ s/m);
  await terminal.press("C-c");
  await terminal.until(/^exit code 3$/m);
});

pty(
  "is without colours with NO_COLOR or --no-color, and coloured otherwise, whatever it may read",
  async () => {
    await using stage = await Stage.open();
    const { terminal } = stage;
    const runs = [
      { shell: "export NO_COLOR=1", flags: "", permissions: "", isColored: false },
      { shell: "unset NO_COLOR", flags: "--no-color", permissions: "", isColored: false },
      { shell: "unset NO_COLOR", flags: "", permissions: "--no-prompt", isColored: true },
      {
        shell: "unset NO_COLOR",
        flags: "",
        permissions: "--allow-env=NO_COLOR,FORCE_COLOR,TERM",
        isColored: true,
      },
    ];
    for (const { shell, flags, permissions, isColored } of runs) {
      await terminal.enter(`${shell}; clear`);
      await terminal.until((screen) => screen === "ready> ");
      const before = terminal.output.length;
      await stage.start(`--name alice ${flags}`, permissions);
      await terminal.until(PROMPT);
      await terminal.press("C-d");
      await terminal.until(/^exit code 0\nready> $/m);
      // deno-lint-ignore no-control-regex
      const hasColor = /\x1b\[[0-9;]+m/.test(terminal.output.slice(before));
      assert.equal(hasColor, isColored, `${shell} ${flags} ${permissions}`);
    }
  },
);

pty("prints plain lines on a terminal that says it can do no more", async () => {
  await using stage = await Stage.open();
  const { terminal } = stage;
  const before = terminal.output.length;
  await terminal.enter("export TERM=dumb");
  await terminal.until(/dumb\nready> $/);
  await stage.start("--name alice", "--allow-env=TERM");
  await terminal.until(/^\* Welcome, alice\./m);
  await terminal.enter("hello");
  const bob = await stage.other({ name: "bob" });
  await bob.say("#general", "hello yourself");
  await terminal.until(/^\[[0-9: -]{19}\] #general bob: hello yourself$/m);
  await terminal.press("C-d");
  await terminal.until(/^exit code 0\nready> $/m);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(terminal.output.slice(before), /\x1b/);
});
