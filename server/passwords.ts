/**
 * Passwords as they are stored: `scrypt$N$r$p$SALT$HASH`, base64, so that the parameters can rise later.
 * Sources: RFC 7914; OWASP Password Storage Cheat Sheet (N=2^14, r=8, p=5 is one of its equal choices, with 16 MiB a hash).
 */

import { Buffer } from "node:buffer";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { ChatError } from "../protocol/errors.ts";
import { Turns } from "./turns.ts";

const PARAMETERS = { N: 2 ** 14, r: 8, p: 5 };
const HASH_BYTES = 32;
const SALT_BYTES = 16;

/** Hashing takes about 0.4 s of a core and 16 MiB: so many at once; so many in wait for each address, the rest is refused. */
const AT_ONCE = 2;
const WAITING = 32;

export class Passwords {
  readonly #turns = new Turns<string>(AT_ONCE, WAITING);
  /** Compared with where there is no account, so that the time tells nothing: no password leads to it. */
  readonly #decoy = encode(randomBytes(SALT_BYTES), randomBytes(HASH_BYTES));

  /**
   * @param network where it comes from: those who wait take turns by it
   * @throws ChatError `rate_limited` where too many wait from there
   */
  async hash(password: string, network: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const hash = await this.#derive(network, { password, salt, length: HASH_BYTES, ...PARAMETERS });
    return encode(salt, hash);
  }

  /**
   * Whether the password is the stored one. With null it takes as long, and is false.
   * @param network as with `hash`
   * @throws ChatError `rate_limited` where too many wait from there
   */
  async matches(password: string, stored: string | null, network: string): Promise<boolean> {
    const [, N, r, p, salt = "", hash = ""] = (stored ?? this.#decoy).split("$");
    const expected = Buffer.from(hash, "base64");
    const actual = await this.#derive(network, {
      password,
      salt: Buffer.from(salt, "base64"),
      length: expected.length,
      N: Number(N),
      r: Number(r),
      p: Number(p),
    });
    return timingSafeEqual(actual, expected) && stored !== null;
  }

  async #derive(network: string, work: Work): Promise<Buffer> {
    const turn = this.#turns.take(network);
    if (!turn) {
      const words = "Too many logins with a password at once. Try again in a few seconds.";
      throw new ChatError("rate_limited", words, { retry_after_ms: 5000 });
    }
    await turn;
    try {
      return await derive(work);
    } finally {
      this.#turns.give();
    }
  }
}

interface Work {
  readonly password: string;
  readonly salt: Uint8Array;
  readonly length: number;
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

function derive({ password, salt, length, N, r, p }: Work): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { N, r, p, maxmem: 2 * 128 * N * r };
    scrypt(password, salt, length, options, (error, key) => error ? reject(error) : resolve(key));
  });
}

function encode(salt: Buffer, hash: Buffer): string {
  const { N, r, p } = PARAMETERS;
  return ["scrypt", N, r, p, salt.toString("base64"), hash.toString("base64")].join("$");
}
