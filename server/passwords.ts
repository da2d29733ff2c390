/**
 * Passwords as they are stored: `scrypt$N$r$p$SALT$HASH`, base64, so that the parameters can rise later.
 * Sources: RFC 7914; OWASP Password Storage Cheat Sheet (N=2^14, r=8, p=5 is one of its equal choices, with 16 MiB a hash).
 */

import { Buffer } from "node:buffer";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { ChatError } from "../protocol/errors.ts";

const PARAMETERS = { N: 2 ** 14, r: 8, p: 5 };
const HASH_BYTES = 32;
const SALT_BYTES = 16;

/** Hashing takes about 0.4 s of a core and 16 MiB: so many at once, so many in wait, the rest is refused. */
const AT_ONCE = 2;
const WAITING = 32;

export class Passwords {
  #running = 0;
  #queue: (() => void)[] = [];
  /** Compared with where there is no account, so that the time tells nothing: no password leads to it. */
  readonly #decoy = encode(randomBytes(SALT_BYTES), randomBytes(HASH_BYTES));

  /** @throws ChatError `rate_limited` where too many wait */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const hash = await this.#derive(password, salt, PARAMETERS, HASH_BYTES);
    return encode(salt, hash);
  }

  /**
   * Whether the password is the stored one. With null it takes as long, and is false.
   * @throws ChatError `rate_limited` where too many wait
   */
  async matches(password: string, stored: string | null): Promise<boolean> {
    const [, N, r, p, salt = "", hash = ""] = (stored ?? this.#decoy).split("$");
    const expected = Buffer.from(hash, "base64");
    const parameters = { N: Number(N), r: Number(r), p: Number(p) };
    const actual = await this.#derive(password, Buffer.from(salt, "base64"), parameters, expected.length);
    return timingSafeEqual(actual, expected) && stored !== null;
  }

  async #derive(
    password: string,
    salt: Uint8Array,
    { N, r, p }: typeof PARAMETERS,
    length: number,
  ): Promise<Buffer> {
    await this.#enter();
    try {
      return await new Promise<Buffer>((resolve, reject) => {
        const options = { N, r, p, maxmem: 2 * 128 * N * r };
        scrypt(password, salt, length, options, (error, key) => error ? reject(error) : resolve(key));
      });
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < AT_ONCE) {
      this.#running++;
      return;
    }
    if (this.#queue.length >= WAITING) {
      throw new ChatError(
        "rate_limited",
        "Too many logins with a password at once. Try again in a few seconds.",
        {
          retry_after_ms: 5000,
        },
      );
    }
    await new Promise<void>((resolve) => this.#queue.push(resolve));
  }

  /** Hands its place to the next in wait: given back in between, a newcomer could take it too. */
  #leave(): void {
    const next = this.#queue.shift();
    if (next) next();
    else this.#running--;
  }
}

function encode(salt: Buffer, hash: Buffer): string {
  const { N, r, p } = PARAMETERS;
  return ["scrypt", N, r, p, salt.toString("base64"), hash.toString("base64")].join("$");
}
