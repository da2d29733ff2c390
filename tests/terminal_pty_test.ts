import assert from "node:assert/strict";
import { ChatClient } from "../client/chat_client.ts";
import { connectTcp } from "../client/tcp_transport.ts";
import { TestServer } from "./test_server.ts";
import { noTmux, TmuxTerminal } from "./tmux_terminal.ts";

const CLIENT = new URL("../client.ts", import.meta.url).pathname;
const CONFIG = new URL("../deno.json", import.meta.url).pathname;

/** With the one permission that it needs: were it to need another, it would ask for that on the screen, and the test fail. */
const RUN = `${Deno.execPath()} run --quiet --no-check --config ${CONFIG} --allow-net`;

/** A server, a terminal in which nothing runs yet, and others who are logged in by other means. */
class Stage {
  readonly #others: ChatClient[] = [];

  constructor(public server: TestServer, readonly terminal: TmuxTerminal) {}

  static async open({ columns = 60, rows = 20 } = {}): Promise<Stage> {
    return new Stage(await TestServer.start(), await TmuxTerminal.open({ columns, rows }));
  }

  /** Starts the client in the terminal; what it exits with is printed after it. */
  async start(flags = "--name alice", permissions = ""): Promise<void> {
    await this.terminal.enter(
      `${RUN} ${permissions} ${CLIENT} --server tcp://127.0.0.1:${this.server.port} ${flags}; echo "exit code $?"`,
    );
  }

  async other(login: { name: string; token?: string }): Promise<ChatClient> {
    const connect = connectTcp({ hostname: "127.0.0.1", port: this.server.port });
    const client = new ChatClient({ connect, login, backoff: () => 50 });
    this.#others.push(client);
    await client.start();
    return client;
  }

  /** A bot that has joined the room. */
  async bot(): Promise<ChatClient> {
    const bot = await this.other({
      name: "openai",
      token: await this.server.chat.accounts.botToken("openai"),
    });
    await bot.command("/join #general");
    return bot;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#others.map((client) => client.close()));
    await this.terminal[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

const PROMPT = /^#general> $/m;

/** Looks for a screen that ends with this line being typed, of which there are no copies, and shows `text` above it. */
function typing(line: string, text: RegExp): (screen: string) => boolean {
  return (screen) => text.test(screen) && bare(screen).split("#general>").slice(1).join() === bare(line);
}

function showing(text: string): (screen: string) => boolean {
  return (screen) => bare(screen).includes(bare(text));
}

/** Without white space, since the right edge of the screen breaks lines anywhere. */
function bare(text: string): string {
  return text.replace(/\s/g, "");
}

function pty(name: string, body: () => Promise<void>): void {
  Deno.test({ name: `terminal: ${name}`, ignore: noTmux, fn: body });
}

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

pty(
  "keeps the line that is being typed, also when it wraps, while messages and a draft come in",
  async () => {
    await using stage = await Stage.open({ columns: 40 });
    const { terminal } = stage;
    await stage.start();
    await terminal.until(PROMPT);
    const typed = "this line is longer than the terminal is wide, twice over, with 你好世界 and a 🎉 in it";
    await terminal.type(typed);
    await terminal.until(/a 🎉 in it/);
    const bot = await stage.bot();
    for (
      const delta of ["Once upon a time ", "there was a draft that grew ", "to three rows in its place."]
    ) {
      bot.signal("/draft", { destination: "#general", metadata: { draft: "d1", delta } });
    }
    const drafting = await terminal.until(/in its place/);
    assert.match(drafting, /^openai is writing in #general:$/m);
    assert.equal(drafting.match(/Once upon a time/g)?.length, 1);
    await bot.say("#general", "The whole answer.", { metadata: { draft: "d1" } });
    const answered = await terminal.until(typing(typed, /#general openai: The whole answer\./));
    assert.doesNotMatch(answered, /is writing|Once upon/);
    await terminal.press("Enter");
    await terminal.until((screen) =>
      typing("", /^#general> $/m)(screen) && showing("#general alice: " + typed)(screen)
    );
  },
);

pty("stays in order when the window changes its size", async () => {
  await using stage = await Stage.open({ columns: 50 });
  const { terminal } = stage;
  await stage.start();
  await terminal.until(PROMPT);
  const bob = await stage.other({ name: "bob" });
  await bob.say("#general", "before");
  const typed = "a line that wraps in a narrow window and does not in a wide one";
  await terminal.type(typed);
  await terminal.until(/a wide one/);
  await terminal.until(/^\* bob is online$/m);
  for (const columns of [30, 100, 45]) {
    // tmux tells the program a moment after it has changed the window; what is drawn in between goes astray.
    const drawn = terminal.output.length;
    await terminal.resize(columns, 20);
    await terminal.until(() => terminal.output.slice(drawn).includes("\r\x1b[J"));
    await bob.say("#general", `at ${columns}`);
    await terminal.until(typing(typed, new RegExp(`at ${columns}$`, "m")));
  }
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

pty("completes commands, names and rooms, and goes back through what was typed", async () => {
  await using stage = await Stage.open();
  const { terminal } = stage;
  const bob = await stage.other({ name: "bob" });
  await bob.command("/join #tea");
  await stage.start();
  await terminal.until(PROMPT);
  // When this is shown, the client has learned who and what there is.
  await terminal.enter("hello");
  await terminal.until(/alice: hello$/m);
  await terminal.type("/jo");
  await terminal.press("Tab");
  await terminal.until(/^#general> \/join $/m);
  await terminal.until(/^\/join ROOM: joins a room/m);
  await terminal.type("t");
  await terminal.press("Tab");
  await terminal.until(/^#general> \/join #tea $/m);
  await terminal.press("Enter");
  await terminal.until(/^#tea> $/m);
  await terminal.type("bo");
  await terminal.press("Tab");
  await terminal.until(/^#tea> bob: $/m);
  await terminal.enter("hi");
  await terminal.until(/you → bob: hi$/m);
  await terminal.press("Up", "Up");
  await terminal.until(/^#tea> \/join #tea $/m);
});

pty("makes one message of a paste of several lines", async () => {
  await using stage = await Stage.open();
  const { terminal } = stage;
  await stage.start();
  await terminal.until(PROMPT);
  await terminal.paste("def f(x):\n\treturn x\n");
  await terminal.until(/^#general> def f\(x\):␤ {4}return x$/m);
  await terminal.press("Enter");
  await terminal.until(/#general alice: def f\(x\):\n\s+return x$/m);
  const lines = Array.from({ length: 30 }, (_, at) => `line ${at + 1}`);
  await terminal.paste(lines.join("\n"));
  await terminal.until(/⟦pasted text 1: 30 lines⟧/);
  await terminal.press("Enter");
  await terminal.until(/^ {4}line 30$/m);
  assert.ok((await terminal.log()).includes(`alice: ${lines.join("\n    ")}`));
});

pty("sends a line that was typed ahead to the room that the line before it joined", async () => {
  await using stage = await Stage.open();
  const { terminal } = stage;
  await stage.start();
  await terminal.until(PROMPT);
  await terminal.press(
    "x",
    "C-u",
    "'/join tea'",
    "Enter",
    "'for tea'",
    "Enter",
    "/leave",
    "Enter",
    "'for all'",
    "Enter",
  );
  await terminal.until(/#general alice: for all$/m);
  assert.match(await terminal.screen(), /#tea alice: for tea$/m);
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
