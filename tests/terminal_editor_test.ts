import assert from "node:assert/strict";
import { PROMPT, pty, showing, Stage, typing } from "./terminal_stage.ts";

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
