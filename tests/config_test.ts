import assert from "node:assert/strict";
import process from "node:process";
import { endpointFrom } from "../bots/openai.ts";
import { QUOTAS } from "../bots/question_quotas.ts";
import { type Config, ConfigEnd, readConfig, VARIABLES } from "../server/config.ts";
import { VERSION } from "../server/version.ts";

const DEFAULTS: Config = {
  host: "127.0.0.1",
  port: 5000,
  webPort: 8080,
  data: "data",
  logDir: "logs",
  lobby: "#general",
  web: true,
  thermometer: true,
  openai: true,
  openaiUserQuota: 30,
  openaiDailyQuota: 500,
  thermometerIntervalSeconds: 100,
  allowOrigin: [],
  rateLimit: true,
  console: false,
  endpoint: null,
};

type Environment = Record<string, string>;

/** What the settings change of the defaults. */
function changed(args: string[], environment: Environment = {}): Partial<Config> {
  const config = readConfig(args, environment);
  const entries = Object.entries(config) as [keyof Config, unknown][];
  return Object.fromEntries(
    entries.filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(DEFAULTS[key])),
  );
}

/** How the program ends, and what it prints on the way. */
function ending(args: string[], environment: Environment = {}): { end: ConfigEnd; printed: string } {
  const { stdout } = process;
  const write = stdout.write;
  let printed = "";
  stdout.write = (text: string | Uint8Array) => {
    printed += text;
    return true;
  };
  try {
    readConfig(args, environment);
  } catch (end) {
    assert.ok(end instanceof ConfigEnd, String(end));
    return { end, printed };
  } finally {
    stdout.write = write;
  }
  throw new Error(`${args.join(" ")} was taken`);
}

Deno.test("without flags and variables the defaults hold", () => {
  assert.deepEqual(readConfig([], {}), DEFAULTS);
});

Deno.test("a bot that runs alone has the quotas that the server gives it", () => {
  const { openaiUserQuota: userPerHour, openaiDailyQuota: allPerDay } = readConfig([], {});
  assert.deepEqual({ userPerHour, allPerDay }, QUOTAS);
});

const SETTINGS: [flags: string[], variables: Environment, changes: Partial<Config>][] = [
  [["--host", "0.0.0.0"], { PARLEY_HOST: "0.0.0.0" }, { host: "0.0.0.0" }],
  [["--port", "0"], { PARLEY_PORT: "0" }, { port: 0 }],
  [["--web-port", "65535"], { PARLEY_WEB_PORT: "65535" }, { webPort: 65535 }],
  [["--data", "/srv/chat"], { PARLEY_DATA: "/srv/chat" }, { data: "/srv/chat" }],
  [["--log-dir", "/var/log/chat"], { PARLEY_LOG_DIR: "/var/log/chat" }, { logDir: "/var/log/chat" }],
  [["--lobby", "#Café"], { PARLEY_LOBBY: "Café" }, { lobby: "#Café" }],
  [["--no-web"], { PARLEY_NO_WEB: "1" }, { web: false }],
  [["--no-thermometer"], { PARLEY_NO_THERMOMETER: "yes" }, { thermometer: false }],
  [["--no-openai"], { PARLEY_NO_OPENAI: "true" }, { openai: false }],
  [["--openai-user-quota", "7"], { PARLEY_OPENAI_USER_QUOTA: "7" }, { openaiUserQuota: 7 }],
  [["--openai-daily-quota", "0"], { PARLEY_OPENAI_DAILY_QUOTA: "0" }, { openaiDailyQuota: 0 }],
  [
    ["--thermometer-interval", "0.5"],
    { PARLEY_THERMOMETER_INTERVAL: "0.5" },
    { thermometerIntervalSeconds: 0.5 },
  ],
  [
    ["--allow-origin", "https://a.example", "--allow-origin", "http://b.example:81/"],
    { PARLEY_ALLOW_ORIGIN: "https://a.example, http://b.example:81/" },
    { allowOrigin: ["https://a.example", "http://b.example:81"] },
  ],
  [["--no-rate-limit"], { PARLEY_NO_RATE_LIMIT: "on" }, { rateLimit: false }],
  [["--console"], { PARLEY_CONSOLE: "1" }, { console: true }],
];
for (const [flags, variables, changes] of SETTINGS) {
  Deno.test(`${flags[0]} and ${Object.keys(variables)[0]} set the same`, () => {
    assert.deepEqual(changed(flags), changes);
    assert.deepEqual(changed([], variables), changes);
  });
}

Deno.test("a flag wins over the environment, an empty variable counts as none", () => {
  const environment = { PARLEY_PORT: "6000", PARLEY_HOST: "", PARLEY_LOBBY: "" };
  assert.deepEqual(changed(["--port", "7000"], environment), { port: 7000 });
});

Deno.test("origins of flags come to those of the environment", () => {
  const { allowOrigin } = readConfig(["--allow-origin", "https://b.example"], {
    PARLEY_ALLOW_ORIGIN: "https://a.example",
  });
  assert.deepEqual(allowOrigin, ["https://a.example", "https://b.example"]);
});

Deno.test("a switch of the environment can be off in words", () => {
  for (const off of ["", "0", "false", "No", "off"]) {
    assert.deepEqual(changed([], { PARLEY_NO_WEB: off }), {});
  }
});

Deno.test("an endpoint is there when a key or an address is set, and secrets come from nowhere else", () => {
  const endpoint = (environment: Environment) => {
    const variables = readConfig([], environment).endpoint;
    return variables && endpointFrom(variables);
  };
  assert.equal(endpoint({ OPENAI_MODEL: "m" }), null);
  assert.equal(endpoint({ OPENAI_API_KEY: "", OPENAI_BASE_URL: "" }), null);
  assert.equal(endpoint({ OPENAI_API_KEY: "k" })?.apiKey, "k");
  assert.deepEqual(endpoint({ OPENAI_BASE_URL: "http://localhost:11434/v1", OPENAI_MODEL: "m" }), {
    apiKey: "",
    baseURL: "http://localhost:11434/v1",
    model: "m",
  });
  assert.match(ending(["--openai-api-key", "k"]).end.message, /unknown option/);
});

const MISTAKES: [args: string[], environment: Environment, words: RegExp][] = [
  [["--port", "70000"], {}, /--port.*70000.*0 to 65535/],
  [["--port", "5e3"], {}, /--port.*5e3/],
  [["--port", "-1"], {}, /--port/],
  [["--port", ""], {}, /--port/],
  [["--port"], {}, /--port.*missing/],
  [["--web-port", "web"], {}, /--web-port.*web/],
  [["--lobby", "#a b"], {}, /--lobby.*a b/],
  [["--openai-user-quota", "-1"], {}, /--openai-user-quota/],
  [["--openai-user-quota", "many"], {}, /many.*0 \(no limit\)/],
  [["--openai-daily-quota", "1000000"], {}, /999999/],
  [[], { PARLEY_OPENAI_DAILY_QUOTA: "1e3" }, /PARLEY_OPENAI_DAILY_QUOTA.*1e3/],
  [["--thermometer-interval", "0"], {}, /--thermometer-interval/],
  [["--thermometer-interval", "soon"], {}, /soon/],
  [["--thermometer-interval", "86401"], {}, /86400/],
  [["--allow-origin", "chat.example.org"], {}, /https:\/\/chat\.example\.org/],
  [["--allow-origin", "https://chat.example.org/path"], {}, /origin/],
  [["--allow-origin", "ftp://chat.example.org"], {}, /origin/],
  [["--prot", "1"], {}, /--prot.*Did you mean --port/],
  [["--nothing-like-it"], {}, /--nothing-like-it/],
  [["extra"], {}, /extra/],
  [[], { PARLEY_PORT: "abc" }, /PARLEY_PORT.*abc.*65535/],
  [[], { PARLEY_WEB_PORT: "99999" }, /PARLEY_WEB_PORT/],
  [[], { PARLEY_LOBBY: "a b" }, /PARLEY_LOBBY.*a b/],
  [[], { PARLEY_THERMOMETER_INTERVAL: "-1" }, /PARLEY_THERMOMETER_INTERVAL/],
  [[], { PARLEY_ALLOW_ORIGIN: "https://a.example,b.example" }, /PARLEY_ALLOW_ORIGIN/],
  [[], { PARLEY_NO_WEB: "maybe" }, /PARLEY_NO_WEB.*maybe/],
  [[], { PARLEY_CONSOLE: "2" }, /PARLEY_CONSOLE/],
];
for (const [args, environment, words] of MISTAKES) {
  Deno.test(`a mistake ends with exit code 2 and one line: ${[...args, JSON.stringify(environment)].join(" ")}`, () => {
    const { end, printed } = ending(args, environment);
    assert.equal(end.exitCode, 2);
    assert.match(end.message, words);
    assert.doesNotMatch(end.message, /\n|^error/);
    assert.match(end.message, /[.?!]$/, "a sentence, after which another can stand");
    assert.equal(printed, "");
  });
}

Deno.test("--help prints every flag and ends with 0", () => {
  const { end, printed } = ending(["--help"]);
  assert.equal(end.exitCode, 0);
  for (const [[flag]] of SETTINGS) assert.ok(printed.includes(`${flag}`), flag);
  assert.match(printed, /environment variable/);
  assert.doesNotMatch(printed, /default: (\[|false|true)/);
});

Deno.test("--version prints the version and ends with 0", () => {
  const { end, printed } = ending(["--version"]);
  assert.deepEqual([end.exitCode, printed], [0, `${VERSION}\n`]);
});

Deno.test("every variable that is read is listed, and every one that is listed is read", () => {
  const read = new Set<string>();
  const environment = new Proxy({}, {
    get: (_, name) => {
      read.add(String(name));
      return name === "OPENAI_API_KEY" ? "k" : undefined;
    },
  });
  endpointFrom(readConfig([], environment).endpoint!);
  assert.deepEqual([...read].toSorted(), VARIABLES.toSorted());
});

Deno.test("the start task lets the program read exactly the variables that are listed", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  const [, names = ""] = /--allow-env=(\S+)/.exec(tasks.start.command) ?? [];
  assert.deepEqual(names.split(",").toSorted(), VARIABLES.toSorted());
});
