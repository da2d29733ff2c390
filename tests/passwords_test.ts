import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { scryptSync } from "node:crypto";
import { ChatError } from "../protocol/errors.ts";
import { Passwords } from "../server/passwords.ts";

const HERE = "192.0.2.1";

/** A hash that costs next to nothing, so that many can be compared. */
const CHEAP = encoded("secret", { N: 2, r: 1, p: 1 });

function encoded(password: string, { N, r, p }: { N: number; r: number; p: number }): string {
  const salt = Buffer.from("0123456789abcdef");
  const hash = scryptSync(password, salt, 32, { N, r, p });
  return `scrypt$${N}$${r}$${p}$${salt.toString("base64")}$${hash.toString("base64")}`;
}

Deno.test("a password matches its own hash and no other, and the hash names its parameters and a salt of its own", async () => {
  const passwords = new Passwords();
  const [hash, again] = await Promise.all([
    passwords.hash("correct horse", HERE),
    passwords.hash("correct horse", HERE),
  ]);
  assert.match(hash, /^scrypt\$16384\$8\$5\$[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=$/);
  assert.notEqual(hash, again);
  assert.ok(await passwords.matches("correct horse", hash, HERE));
  assert.ok(!await passwords.matches("correct Horse", hash, HERE));
});

Deno.test("a hash that was made with other parameters is still known", async () => {
  const passwords = new Passwords();
  for (const parameters of [{ N: 2, r: 1, p: 1 }, { N: 1024, r: 8, p: 1 }, { N: 64, r: 4, p: 3 }]) {
    assert.ok(await passwords.matches("secret", encoded("secret", parameters), HERE));
    assert.ok(!await passwords.matches("Secret", encoded("secret", parameters), HERE));
  }
});

Deno.test("where there is no password nothing matches", async () => {
  assert.ok(!await new Passwords().matches("", null, HERE));
});

Deno.test("any text is a password, each different from the next", async () => {
  const passwords = new Passwords();
  for (const password of ["", " ", "pässwörd", "\0", "x".repeat(256)]) {
    const hash = encoded(password, { N: 2, r: 1, p: 1 });
    assert.ok(await passwords.matches(password, hash, HERE));
    assert.ok(!await passwords.matches(password + " ", hash, HERE));
  }
});

Deno.test("too many at once are refused with rate_limited, the others are served, and so is who comes back", async () => {
  const passwords = new Passwords();
  const results = await Promise.allSettled(
    Array.from({ length: 40 }, () => passwords.matches("secret", CHEAP, HERE)),
  );
  const refused = results.filter((result) => result.status === "rejected");
  assert.equal(refused.length, 6, "2 run, 32 wait");
  for (const { reason } of refused) {
    assert.ok(reason instanceof ChatError);
    assert.equal(reason.code, "rate_limited");
    assert.ok(Number(reason.details.retry_after_ms) > 0);
  }
  for (const result of results) if (result.status === "fulfilled") assert.equal(result.value, true);
  assert.ok(await passwords.matches("secret", CHEAP, HERE));
});

Deno.test("a name without an account is answered as before after too many came at once", async () => {
  const passwords = new Passwords();
  const busy = Array.from({ length: 34 }, () => passwords.matches("secret", CHEAP, HERE));
  await assert.rejects(passwords.matches("secret", null, HERE), { code: "rate_limited" });
  await Promise.all(busy);
  assert.equal(await passwords.matches("secret", null, HERE), false);
});

Deno.test("whoever asks for too many at once from one address keeps nobody else out", async () => {
  const passwords = new Passwords();
  const busy = Array.from({ length: 34 }, () => passwords.matches("secret", CHEAP, HERE));
  await assert.rejects(passwords.matches("secret", CHEAP, HERE), { code: "rate_limited" });
  assert.equal(await passwords.matches("secret", CHEAP, "198.51.100.7"), true);
  await Promise.all(busy);
});
