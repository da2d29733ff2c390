import assert from "node:assert/strict";
import { ServerProcess } from "./server_process.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "parley-launcher-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs to the end, which must be one line and that exit code. */
async function refused(
  folder: string,
  flags: string[],
  code: number,
  words: RegExp,
  env = {},
): Promise<void> {
  const ended = await ServerProcess.run(folder, flags, env);
  assert.match(ended.output, words);
  assert.equal(ended.output.trim().split("\n").length, 1, ended.output);
  assert.equal(ended.code, code);
}

Deno.test("The server says what it started and where, and ends with 0 on SIGTERM and on SIGINT", async () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    await inFolder(async (folder) => {
      const server = await ServerProcess.start(folder);
      await server.printed(/AI bot +aibot/);
      assert.match(server.output, /Web page +http:\/\/127\.0\.0\.1:\d+\/\n +Thermometer +thermometer1/);
      assert.equal(await server.end(signal), 0);
    });
  }
});

Deno.test("On all interfaces it prints addresses that can be typed here, and says so", async () => {
  for (const host of ["0.0.0.0", "::"]) {
    await inFolder(async (folder) => {
      const server = await ServerProcess.start(folder, ["--host", host, "--no-openai", "--no-thermometer"]);
      assert.match(server.output, /TCP +nc 127\.0\.0\.1 \d+ \(on all interfaces\)$/m);
      assert.match(server.output, /Web page +http:\/\/127\.0\.0\.1:\d+\/ \(on all interfaces\)$/m);
      const alice = await server.tcp();
      await alice.close();
      await server.end();
    });
  }
});

Deno.test("The console talks with clients; after /quit it says that the server goes on, and how it is stopped", async () => {
  await inFolder(async (folder) => {
    const server = await ServerProcess.start(folder, ["--console", "--no-openai", "--no-thermometer"]);
    await server.printed(/^\* Welcome, operator\. You are in #general\./m);
    const alice = await server.tcp();
    alice.send("alice\noperator: anybody there?");
    await server.printed(/\] alice: anybody there\?$/m);
    await server.type("alice: yes");
    await alice.until((line) => line.endsWith("operator: yes"));
    await server.type("/quit");
    await server.printed(/^\* Goodbye\.\nThe server goes on; Ctrl-C stops it\.$/m);
    await server.type("nobody reads this");
    await alice.close();
    assert.equal(await server.end("SIGINT"), 0);
  });
});

Deno.test("A console at which nobody types does not keep the server from ending", async () => {
  await inFolder(async (folder) => {
    const server = await ServerProcess.start(folder, ["--console", "--no-openai", "--no-thermometer"]);
    await server.printed(/^\* Welcome, operator\./m);
    assert.equal(await server.end("SIGINT"), 0);
    assert.doesNotMatch(server.output, /The server goes on/);
  });
});

Deno.test("Each part can be switched off by a flag, by the environment and in .env", async () => {
  const off = /Web page +off.*\n.*Thermometer +off.*\n.*AI bot +off/;
  const ways = [
    { flags: ["--no-web", "--no-thermometer", "--no-openai"], env: {} },
    { flags: [], env: { PARLEY_NO_WEB: "1", PARLEY_NO_THERMOMETER: "1", PARLEY_NO_OPENAI: "1" } },
    { flags: [], env: {}, file: "PARLEY_NO_WEB=1\nPARLEY_NO_THERMOMETER=1\nPARLEY_NO_OPENAI=1\n" },
  ];
  for (const { flags, env, file } of ways) {
    await inFolder(async (folder) => {
      if (file) await Deno.writeTextFile(`${folder}/.env`, file);
      const server = await ServerProcess.start(folder, flags, env);
      await server.printed(off);
      await server.end();
    });
  }
});

Deno.test("The AI's endpoint is reached through the proxy that the environment names", async () => {
  await inFolder(async (folder) => {
    using proxy = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const asked = proxy.accept().then(async (peer) => {
      const bytes = new Uint8Array(200);
      const count = await peer.read(bytes);
      peer.close();
      return new TextDecoder().decode(bytes.subarray(0, count ?? 0));
    });
    const server = await ServerProcess.start(folder, [], {
      HTTP_PROXY: `http://127.0.0.1:${proxy.addr.port}`,
      NO_PROXY: "",
      OPENAI_BASE_URL: "http://models.invalid/v1",
    });
    assert.match(await asked, /^GET http:\/\/models\.invalid\/v1\/models HTTP\/1\.1\r\n/);
    await server.end();
  });
});

Deno.test("A port that is taken ends the start with one line and exit code 1", async () => {
  await inFolder(async (folder) => {
    using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const port = String(other.addr.port);
    await refused(folder, ["--port", port], 1, new RegExp(`Port 127\\.0\\.0\\.1:${port} is taken.*--port`));
    await Deno.remove(`${folder}/data`, { recursive: true });
    const web = await ServerProcess.run(folder, ["--web-port", port]);
    assert.match(web.output, new RegExp(`Port 127\\.0\\.0\\.1:${port} is taken.*--web-port`));
    assert.equal(web.code, 1);
  });
});

Deno.test("A folder that cannot be written ends the start with one line and exit code 1", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await refused(folder, ["--data", "file/data"], 1, /Cannot write in the folder file\/data .*--data/);
    await refused(folder, ["--log-dir", "file/logs"], 1, /Cannot write in the folder file\/logs .*--log-dir/);
  });
});

Deno.test("A database that is none is refused with one line, and left as it is", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/data`);
    await Deno.writeTextFile(
      `${folder}/data/parley.db`,
      "This is my shopping list, not a database.".repeat(200),
    );
    const before = await Deno.readFile(`${folder}/data/parley.db`);
    await refused(folder, [], 1, /parley\.db/);
    assert.deepEqual(await Deno.readFile(`${folder}/data/parley.db`), before);
  });
});

Deno.test("A second server on the same folder is refused", async () => {
  await inFolder(async (folder) => {
    const server = await ServerProcess.start(folder, ["--no-openai", "--no-thermometer"]);
    await refused(folder, [], 1, /data/);
    await server.end();
  });
});

Deno.test("A mistake in the usage ends with one line and exit code 2", async () => {
  await inFolder(async (folder) => {
    await refused(folder, ["--prot", "1"], 2, /unknown option '--prot'.*--help/s);
    await refused(folder, ["--port", "70000"], 2, /--port.*0 to 65535/);
    await refused(folder, [], 2, /PARLEY_NO_WEB/, { PARLEY_NO_WEB: "perhaps" });
  });
});

Deno.test("--help and --version end with 0", async () => {
  await inFolder(async (folder) => {
    const help = await ServerProcess.run(folder, ["--help"]);
    assert.equal(help.code, 0);
    for (const flag of ["--host", "--lobby", "--allow-origin", "--console", "--no-rate-limit"]) {
      assert.ok(help.output.includes(flag), flag);
    }
    const version = await ServerProcess.run(folder, ["--version"]);
    assert.deepEqual(version, { code: 0, output: "1.0.0\n" });
  });
});

Deno.test("What was said before a restart is there after it, and who was away gets it", async () => {
  await inFolder(async (folder) => {
    let server = await ServerProcess.start(folder);
    const alice = await server.tcp();
    alice.send("alice\nbob: see you at five");
    await alice.until((line) => line === "User 'bob' is offline. Message saved.");
    await alice.close();
    await server.end();
    server = await ServerProcess.start(folder);
    const bob = await server.tcp();
    bob.send("bob");
    const lines = await bob.all((line) => line === "* 1 stored message.");
    assert.match(lines.at(-2)!, /^\[Stored\] \[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]\[alice\] 'see you at five'$/);
    await bob.close();
    await server.end();
  });
});

Deno.test("All who are connected are told when the server stops, and what they said last is stored", async () => {
  await inFolder(async (folder) => {
    const server = await ServerProcess.start(folder, ["--no-rate-limit"]);
    const alice = await server.tcp();
    alice.login("alice");
    await alice.envelope(({ metadata }) => metadata.code === "caught_up");
    for (let i = 0; i < 200; i++) {
      alice.sendJson({ type: "chat", id: `m${i}`, destination: "#general", message: `message ${i}` });
    }
    await alice.envelope(({ metadata }) => metadata.code === "stored");
    const ended = server.end("SIGTERM");
    const last = (await alice.rest()).map((line) => JSON.parse(line));
    assert.equal(last.at(-1).metadata.code, "closing");
    assert.equal(await ended, 0);
  });
});
