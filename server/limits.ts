/** How fast somebody may be: token buckets, for messages and commands one for each user, for new accounts one for each address. */

import { ChatError } from "../protocol/errors.ts";
import type { Clock } from "./clock.ts";

export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Messages: a person never notices it, a loop does. */
export const MESSAGE_RATE: Rate = { burst: 20, perSecond: 5 };
/** Commands cost reads, not fsyncs. */
export const COMMAND_RATE: Rate = { burst: 100, perSecond: 50 };

/** Wrong passwords, for each account and address: a person has them by then, a list of words does not. */
export const GUESS_RATE: Rate = { burst: 10, perSecond: 0.1 };
/** New rooms: they cannot be removed, and `/list` shows them to all. */
export const ROOM_RATE: Rate = { burst: 100, perSecond: 0.2 };
/** New names: each is kept from others for 30 days. */
export const NICK_RATE: Rate = { burst: 10, perSecond: 0.05 };

/** New accounts, from other machines: a class behind one address gets in at once, a loop fills no disk. */
export const ACCOUNT_RATE: Rate = { burst: 50, perSecond: 0.5 };

export function rateLimited(ms: number, what = "Too fast."): ChatError {
  const retry = Math.max(1, Math.ceil(ms));
  return new ChatError("rate_limited", `${what} Send it again in ${Math.ceil(retry / 1000)} s.`, {
    retry_after_ms: retry,
  });
}

/** What counts as one address: of IPv6 the /64, which one subscriber has to itself at the least (RFC 6177). */
export function networkOf(address: string): string {
  const [, embedded] = /^::ffff:([\d.]+)$/i.exec(address) ?? [];
  if (embedded !== undefined || !address.includes(":")) return embedded ?? address;
  const [head = [], tail] = address.split("::").map((part) => part === "" ? [] : part.split(":"));
  const zeros = tail ? Array(8 - head.length - tail.length).fill("0") : [];
  return [...head, ...zeros, ...tail ?? []].slice(0, 4).join(":") + "::/64";
}

export class RateLimiter<Key> {
  readonly #rate: Rate;
  readonly #clock: Clock;
  /** Only those who used some of it lately. */
  readonly #buckets = new Map<Key, { level: number; at: number }>();

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Takes one. Returns 0 where there was one, else the milliseconds until there is; nothing is taken then. */
  take(key: Key): number {
    const now = this.#clock.monotonic();
    const bucket = this.#buckets.get(key) ?? { level: this.#rate.burst, at: now };
    const level = Math.min(this.#rate.burst, bucket.level + (now - bucket.at) / 1000 * this.#rate.perSecond);
    if (level < 1) return Math.ceil((1 - level) / this.#rate.perSecond * 1000);
    this.#buckets.set(key, { level: level - 1, at: now });
    return 0;
  }

  /** Gives it a full bucket again. */
  forget(key: Key): void {
    this.#buckets.delete(key);
  }

  /** Forgets those who are back at a full bucket. To be called now and then. */
  sweep(): void {
    const refillMs = this.#rate.burst / this.#rate.perSecond * 1000;
    const now = this.#clock.monotonic();
    for (const [key, bucket] of this.#buckets) {
      if (now - bucket.at > refillMs) this.#buckets.delete(key);
    }
  }
}
