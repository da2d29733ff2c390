import assert from "node:assert/strict";
import fc from "fast-check";
import {
  badArguments,
  COMMANDS,
  type CommandSpec,
  findCommand,
  parseArguments,
  parseCommandLine,
} from "../protocol/commands.ts";
import { ChatError } from "../protocol/errors.ts";
import { protocolTable } from "./protocol_page.ts";

const SPECS: readonly CommandSpec[] = COMMANDS;

function read(line: string): [string, string] {
  const { spec, rest } = parseCommandLine(line);
  return [spec.name, rest];
}

function refusal(line: string): string {
  try {
    parseCommandLine(line);
  } catch (error) {
    assert.ok(error instanceof ChatError);
    assert.equal(error.code, "unknown_command");
    return error.message;
  }
  throw new Error(`${line} was taken`);
}

/** Every `/name` and `!name` in the first column of the page's table. */
async function documentedSpellings(): Promise<string[]> {
  const rows = await protocolTable("| command | does | reply code |");
  return rows.flatMap(([usage = ""]) => [...usage.matchAll(/`([/!][A-Za-z]+)/g)].map(([, name]) => name!));
}

Deno.test("every command of docs/protocol.md is known, in each spelling of the page, whatever the case", async () => {
  const spellings = [...await documentedSpellings(), "exit"];
  assert.ok(spellings.length > 25);
  for (const spelling of spellings) {
    const known = SPECS.map(({ name, aliases = [] }) => [name, ...aliases]).find((all) =>
      all.includes(spelling.replace(/^[/!]/, "").toLowerCase())
    );
    assert.ok(known, spelling);
    for (const typed of [spelling, spelling.toUpperCase(), spelling.toLowerCase()]) {
      assert.deepEqual(read(typed), [known[0], ""]);
    }
  }
});

Deno.test("every command that is known is in docs/protocol.md", async () => {
  const documented = new Set((await documentedSpellings()).map((spelling) => spelling.slice(1)));
  for (const { name } of SPECS) assert.ok(documented.has(name), name);
});

Deno.test("no spelling stands for two commands", () => {
  const spellings = SPECS.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  assert.equal(new Set(spellings).size, spellings.length);
});

Deno.test("before a login, login, register, help, ping and quit are taken, and nothing else", () => {
  const anonymous = SPECS.filter((spec) => spec.anonymous).map(({ name }) => name);
  assert.deepEqual(anonymous.toSorted(), ["help", "login", "ping", "quit", "register"]);
});

Deno.test("the id of /say, /msg and /ask counts as the chat's, and of no other command", () => {
  assert.deepEqual(SPECS.filter((spec) => spec.says).map(({ name }) => name).toSorted(), [
    "ask",
    "msg",
    "say",
  ]);
});

Deno.test("/draft is for bots only", () => {
  assert.deepEqual(SPECS.filter((spec) => spec.bots).map(({ name }) => name), ["draft"]);
});

Deno.test("a command line is a name and what follows it, without the white space around it", () => {
  assert.deepEqual(read("/join #room"), ["join", "#room"]);
  assert.deepEqual(read("  /Join   #room  "), ["join", "#room"]);
  assert.deepEqual(read("/msg\tbob  hi  there "), ["msg", "bob  hi  there"]);
  assert.deepEqual(read("/say two\nlines"), ["say", "two\nlines"]);
  assert.deepEqual(read("/say /quit"), ["say", "/quit"]);
  assert.deepEqual(read("/list"), ["list", ""]);
});

Deno.test("other spellings lead to their command", () => {
  assert.deepEqual(read("!check"), ["check", ""]);
  assert.deepEqual(read("exit"), ["quit", ""]);
  assert.deepEqual(read("/exit"), ["quit", ""]);
  assert.deepEqual(read("/search what is a socket?"), ["ask", "what is a socket?"]);
  assert.deepEqual(read("/AIBot hello"), ["ask", "hello"]);
});

Deno.test("a command that does not exist is refused in words that quote it and say what to do", () => {
  assert.equal(refusal("/foo bar"), "There is no command /foo. Try /help.");
  assert.match(refusal("/f\u001bx"), /\/f\\u001bx/);
  assert.ok(refusal("/" + "x".repeat(1000)).length < 150);
  for (const line of ["", "/", "  ", "/constructor", "/__proto__", "/toString"]) refusal(line);
});

Deno.test("a command that was mistyped by one letter is suggested", () => {
  const typos = {
    "/jion": "join",
    "/jon": "join",
    "/joinn": "join",
    "/jain": "join",
    "/hel": "help",
    "/histroy x": "history",
  };
  for (const [typed, meant] of Object.entries(typos)) {
    assert.match(refusal(typed), new RegExp(`Did you mean /${meant}\\?`), typed);
  }
  for (const typed of ["/xyzzy", "/h", "/sm", "/joiinn", "/pnixg"]) {
    assert.match(refusal(typed), /Try \/help/, typed);
  }
});

Deno.test("whatever a command line holds, it is read or refused as unknown", () => {
  const line = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.tuple(
      fc.constantFrom("/", "!", "", "//"),
      fc.constantFrom(...SPECS.map(({ name }) => name)),
      fc.string(),
    )
      .map((parts) => parts.join("")),
  );
  fc.assert(fc.property(line, (line) => {
    try {
      const { spec, rest } = parseCommandLine(line);
      assert.equal(findCommand(spec.name), spec);
      assert.equal(rest, rest.trim());
    } catch (error) {
      assert.ok(error instanceof ChatError, String(error));
      assert.equal(error.code, "unknown_command");
    }
  }));
});

Deno.test("arguments are words, and options where their key is known, in any place and case", () => {
  const { words, options } = parseArguments(" red  In=#room green\tfrom=bob x=1 =y ", [
    "in",
    "from",
    "before",
  ]);
  assert.deepEqual(words, ["red", "green", "x=1", "=y"]);
  assert.deepEqual([...options], [["in", "#room"], ["from", "bob"]]);
});

Deno.test("an option's value may be empty or hold the sign itself", () => {
  assert.deepEqual([...parseArguments("in= from=a=b", ["in", "from"]).options], [["in", ""], [
    "from",
    "a=b",
  ]]);
});

Deno.test("no arguments are no words", () => {
  assert.deepEqual(parseArguments("").words, []);
  assert.deepEqual(parseArguments("   ").words, []);
});

Deno.test("bad arguments say the problem and the usage", () => {
  const join = findCommand("/JOIN")!;
  assert.equal(badArguments(join).message, "Usage: /join ROOM");
  assert.equal(badArguments(join, "No room.").message, "No room. Usage: /join ROOM");
  assert.equal(badArguments(join).code, "bad_arguments");
});
