import assert from "node:assert/strict";
import { isLoopback, Origins } from "../server/origins.ts";

function origins(host: string, { port = 8080, allowed = [] as string[] } = {}): Origins {
  return new Origins({ host, port, allowed });
}

Deno.test("a server on loopback answers under the loopback names with its port, and no other", () => {
  for (const host of ["127.0.0.1", "localhost", "::1"]) {
    const list = origins(host);
    for (const name of ["127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080", "[::1]:8080"]) {
      assert.ok(list.isHost(name), name);
    }
    for (
      const name of ["localhost", "localhost:8081", "evil.example:8080", "127.0.0.1:8080.evil.example", ""]
    ) {
      assert.ok(!list.isHost(name), name);
    }
    assert.ok(!list.isHost(null));
  }
});

Deno.test("a server on another loopback address answers under it too", () => {
  assert.ok(origins("127.0.0.2").isHost("127.0.0.2:8080"));
  assert.ok(origins("127.0.0.2").isHost("localhost:8080"));
});

Deno.test("a page may speak to the server that it comes from, and one from elsewhere may not", () => {
  const list = origins("127.0.0.1");
  for (const origin of ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"]) {
    assert.ok(list.isOrigin(origin, "localhost:8080"), origin);
  }
  const foreign = [
    "https://localhost:8080",
    "http://localhost",
    "http://localhost:5173",
    "http://evil.example",
    "http://evil.example:8080",
    "http://localhost:8080.evil.example",
    "null",
    "",
  ];
  for (const origin of foreign) assert.ok(!list.isOrigin(origin, "localhost:8080"), origin);
});

Deno.test("where there is no Origin header, no page asks", () => {
  assert.ok(origins("127.0.0.1").isOrigin(null, "localhost:8080"));
});

Deno.test("--allow-origin adds an origin and its host", () => {
  const list = origins("127.0.0.1", { allowed: ["https://chat.example.org"] });
  assert.ok(list.isOrigin("https://chat.example.org", "chat.example.org"));
  assert.ok(!list.isOrigin("http://chat.example.org", "chat.example.org"));
  assert.ok(list.isHost("chat.example.org"));
  assert.ok(list.isHost("localhost:8080"));
  assert.ok(!list.isHost("chat.example.org:8080"));
});

Deno.test("on port 80 a host may stand with its port and without", () => {
  const list = origins("127.0.0.1", { port: 80 });
  assert.ok(list.isHost("localhost"));
  assert.ok(list.isHost("localhost:80"));
  assert.ok(list.isOrigin("http://localhost", "localhost"));
});

Deno.test("open to the network without --allow-origin, any host name passes, and pages of that same host only", () => {
  const list = origins("0.0.0.0");
  assert.ok(list.isHost("chat.local:8080"));
  assert.ok(!list.isHost(null));
  assert.ok(list.isOrigin("http://chat.local:8080", "chat.local:8080"));
  assert.ok(!list.isOrigin("http://evil.example", "chat.local:8080"));
  assert.ok(!list.isOrigin("null", "chat.local:8080"));
});

Deno.test("open to the network with --allow-origin, only its host and the server's own pass", () => {
  const list = origins("192.0.2.7", { allowed: ["https://chat.example.org"] });
  assert.ok(list.isHost("chat.example.org"));
  assert.ok(list.isHost("192.0.2.7:8080"));
  assert.ok(!list.isHost("evil.example"));
  assert.ok(!list.isOrigin("http://evil.example", "evil.example"));
});

Deno.test("an IPv6 address stands in brackets", () => {
  const list = origins("2001:db8::1", { allowed: ["https://chat.example.org"] });
  assert.ok(list.isHost("[2001:db8::1]:8080"));
  assert.ok(list.isOrigin("http://[2001:db8::1]:8080", "[2001:db8::1]:8080"));
});

Deno.test("loopback addresses are known, in all their spellings", () => {
  for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "::ffff:127.0.0.1"]) {
    assert.ok(isLoopback(host), host);
  }
  for (const host of ["0.0.0.0", "::", "192.0.2.1", "1127.0.0.1", "localhost.evil.example"]) {
    assert.ok(!isLoopback(host), host);
  }
});
