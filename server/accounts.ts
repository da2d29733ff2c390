/** Who may log in as whom: names, passwords, tokens, guests (docs/protocol.md, sections 4 and 7). */

import { createHash, createHmac, randomBytes } from "node:crypto";
import { ChatError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/message.ts";
import { GUEST_PREFIX, isReservedName, quote, requireUserName, userKey } from "../protocol/names.ts";
import type { Clock } from "./clock.ts";
import { ACCOUNT_RATE, GUESS_RATE, networkOf, rateLimited, RateLimiter } from "./limits.ts";
import { isLoopback } from "./origins.ts";
import { Passwords } from "./passwords.ts";
import type { Store, UserRecord } from "./store.ts";

/** What somebody shows to log in. */
export interface Credentials {
  readonly name?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
}

/** Who wants to come in. */
export interface Newcomer {
  /** An IP address. */
  readonly address: string;
  /** Whether somebody is connected as this user: an account without a password is then taken. */
  isHeld(user: UserRecord): boolean;
}

export interface Login {
  readonly user: UserRecord;
  /** 256 bits; only its SHA-256 is stored. */
  readonly token: string;
  readonly tokenHash: string;
  /** Whether the account was made by this login. */
  readonly isNew: boolean;
  /** Whether a token may have ended since: `isCurrent` knows. */
  readonly since: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long a former name leads to its account. */
const ALIAS_MS = 30 * DAY_MS;
/** Guests go a day after they were last online. */
const GUEST_MS = DAY_MS;
/** Tokens that nobody used for so long end. */
const TOKEN_MS = 90 * DAY_MS;

const MAX_VERIFIED = 1000;

/** Who sits at the terminal that started the server. */
export const OPERATOR = "operator";

export class Accounts {
  readonly #store: Store;
  readonly #clock: Clock;
  /** Null where nobody is slowed. */
  readonly #newAccounts: RateLimiter<string> | null;
  /** By account and address. */
  readonly #guesses: RateLimiter<string> | null;
  /** Counts the times that tokens were ended. */
  #endings = 0;
  /** The time of day at which the monotonic clock stood at 0. */
  readonly #monotonicOrigin: number;
  readonly #passwords = new Passwords();
  readonly #verified = new Map<number, string>();
  readonly #verifiedKey = randomBytes(32);

  constructor(store: Store, clock: Clock, { isRateLimited = false } = {}) {
    this.#store = store;
    this.#clock = clock;
    this.#monotonicOrigin = clock.now() - clock.monotonic();
    this.#newAccounts = isRateLimited ? new RateLimiter(ACCOUNT_RATE, clock) : null;
    this.#guesses = isRateLimited ? new RateLimiter(GUESS_RATE, clock) : null;
  }

  /** @throws ChatError `bad_name`, `bad_credentials`, `name_in_use`, `rate_limited` */
  async login({ name, password, token }: Credentials, newcomer: Newcomer): Promise<Login> {
    if (name !== undefined) requireUserName(name);
    if (token !== undefined) return await this.#loginByToken(token, name);
    if (name === undefined) return await this.#loginAsGuest(newcomer.address);
    const user = await this.#store.findUser(name);
    if (password !== undefined) {
      await this.#requirePassword(user, { name, password, address: newcomer.address });
      return await this.#withToken(user!, false);
    }
    if (!user || user.isPlaceholder) return await this.#loginAsNew(name, newcomer.address);
    if (user.passwordHash !== null) throw badCredentials();
    if (user.isBot || user.isGuest || isReservedName(user.name)) throw nameInUse(name);
    if (newcomer.isHeld(user)) throw nameInUse(name);
    return await this.#withToken(user, false);
  }

  /** @throws ChatError `bad_name`, `name_in_use`, `bad_arguments`, `rate_limited` */
  async register(name: string, password: string | undefined, address: string): Promise<Login> {
    requireUserName(name);
    if (isReservedName(name)) throw nameInUse(name);
    const existing = await this.#store.findUser(name);
    if (existing && !existing.isPlaceholder) throw nameInUse(name);
    if (password !== undefined) checkPassword(password);
    this.#takeNewAccount(address);
    const passwordHash = password === undefined
      ? null
      : await this.#passwords.hash(password, networkOf(address));
    return await this.#create(name, { passwordHash });
  }

  /** Whose token this is. @throws ChatError `bad_credentials` */
  async userOfToken(token: string): Promise<UserRecord> {
    const user = await this.#store.findToken(hashToken(token), this.#clock.now());
    if (user) return user;
    throw badCredentials();
  }

  /**
   * The account of that name and password, without a new token. What was right lately is remembered as a keyed hash, since a
   * script that sends them with each call would cost half a second each time.
   * @throws ChatError `bad_credentials`, `rate_limited`
   */
  async verify(name: string, password: string, address: string): Promise<UserRecord> {
    const user = await this.#store.findUser(name);
    const proof = createHmac("sha256", this.#verifiedKey).update(`${user?.passwordHash}\n${password}`).digest(
      "hex",
    );
    if (user && this.#verified.get(user.id) === proof) return user;
    await this.#requirePassword(user, { name, password, address });
    if (this.#verified.size >= MAX_VERIFIED) this.#verified.clear();
    this.#verified.set(user!.id, proof);
    return user!;
  }

  /** A new token for an account that was verified. */
  async tokenFor(user: UserRecord): Promise<string> {
    return (await this.#withToken(user, false)).token;
  }

  /** Whether the account of that name has a password. */
  async isProtected(name: string): Promise<boolean> {
    const user = await this.#store.findUser(name);
    return user !== null && user.passwordHash !== null;
  }

  /**
   * Sets a password; all tokens but `keepTokenHash` end.
   * @returns the new hash
   * @throws ChatError `bad_credentials` where one is set and `old` is not it
   */
  async setPassword(
    userId: number,
    next: string,
    old: string | undefined,
    { keepTokenHash, address }: { keepTokenHash: string | null; address: string },
  ): Promise<string> {
    const user = await this.#store.userById(userId);
    if (!user || user.isGuest) {
      throw new ChatError("forbidden", "A guest has no password. Take a name with /register first.");
    }
    checkPassword(next);
    if (user.passwordHash !== null) {
      await this.#requirePassword(user, { name: user.name, password: old ?? "", address });
    }
    const hash = await this.#passwords.hash(next, networkOf(address));
    const isSet = await this.#store.setPassword(userId, hash, keepTokenHash, user.passwordHash);
    if (!isSet) throw badCredentials();
    this.#endings++;
    return hash;
  }

  /** @throws ChatError `bad_name`, `name_in_use`, `forbidden` */
  async rename(
    user: { id: number; name: string; isGuest: boolean; isBot: boolean },
    name: string,
  ): Promise<void> {
    requireUserName(name);
    if (user.isGuest || user.isBot) {
      throw new ChatError("forbidden", "Guests and bots keep their names. Make an account with /register.");
    }
    if (isReservedName(name)) throw nameInUse(name);
    const isOwn = userKey(name) === userKey(user.name);
    const other = isOwn ? null : await this.#store.findUser(name);
    if (other && other.id !== user.id && !other.isPlaceholder) throw nameInUse(name);
    const isDone = await this.#store.renameUser(user.id, name, this.#clock.now() + ALIAS_MS);
    if (!isDone) throw nameInUse(name);
  }

  /** Makes the bot of that name where there is none, and a new token for it. @throws ChatError `bad_name`, `name_in_use` */
  botToken(name: string): Promise<string> {
    return this.#ownToken(name, true);
  }

  /** A token for the user of the server's own terminal, whose name nobody else can take. */
  operatorToken(): Promise<string> {
    return this.#ownToken(OPERATOR, false);
  }

  async #ownToken(name: string, isBot: boolean): Promise<string> {
    requireUserName(name);
    const existing = await this.#store.findUser(name);
    if (existing && !existing.isPlaceholder && existing.isBot !== isBot) throw nameInUse(name);
    const user = existing && !existing.isPlaceholder
      ? existing
      : await this.#store.createUser({ name, passwordHash: null, isBot, isGuest: false });
    if (!user) throw nameInUse(name);
    return (await this.#withToken(user, false)).token;
  }

  async removeToken(tokenHash: string): Promise<void> {
    await this.#store.removeToken(tokenHash);
    this.#endings++;
  }

  /**
   * Whether the token of this login is still good. To be asked once its connection is among the user's, where whoever ends
   * a token finds it: before that, nobody would.
   */
  async isCurrent({ tokenHash, since }: Login): Promise<boolean> {
    return since === this.#endings || await this.#store.findToken(tokenHash, this.#clock.now()) !== null;
  }

  /** Ends guests and tokens that were not used for long. */
  async sweep(): Promise<void> {
    this.#newAccounts?.sweep();
    this.#guesses?.sweep();
    const now = this.#surelyReached();
    await this.#store.removeGuests(now - GUEST_MS);
    await this.#store.removeTokens(now - TOKEN_MS);
  }

  /** What ends does not come back: so a clock that was set forward, rightly or not, ends nobody before that time has passed. */
  #surelyReached(): number {
    return Math.min(this.#clock.now(), this.#monotonicOrigin + this.#clock.monotonic());
  }

  async #loginByToken(token: string, name: string | undefined): Promise<Login> {
    const since = this.#endings;
    const tokenHash = hashToken(token);
    const user = await this.userOfToken(token);
    if (name !== undefined && userKey(name) !== userKey(user.name)) {
      const named = await this.#store.findUser(name);
      if (named?.id !== user.id) throw badCredentials();
    }
    return { user, token, tokenHash, isNew: false, since };
  }

  /** @throws ChatError `bad_credentials`, `rate_limited` after too many wrong ones */
  async #requirePassword(
    user: UserRecord | null,
    { name, password, address }: { name: string; password: string; address: string },
  ): Promise<void> {
    const network = networkOf(address);
    const guess = `${user?.id ?? userKey(name)} ${network}`;
    // Taken before it is known to be wrong: else many could be tried at once.
    const wait = this.#guesses?.take(guess) ?? 0;
    if (wait > 0) throw rateLimited(wait, "Too many wrong passwords for this account from your address.");
    if (!await this.#passwords.matches(password, user?.passwordHash ?? null, network)) throw badCredentials();
    this.#guesses?.forget(guess);
  }

  async #loginAsNew(name: string, address: string): Promise<Login> {
    if (isReservedName(name)) throw nameInUse(name);
    this.#takeNewAccount(address);
    return await this.#create(name, { passwordHash: null });
  }

  async #loginAsGuest(address: string): Promise<Login> {
    this.#takeNewAccount(address);
    const name = GUEST_PREFIX + randomBytes(3).toString("hex");
    return await this.#create(name, { passwordHash: null, isGuest: true });
  }

  /** @throws ChatError `rate_limited` */
  #takeNewAccount(address: string): void {
    // This machine's own address is also that of a proxy, and so of everybody behind it.
    if (isLoopback(address)) return;
    const wait = this.#newAccounts?.take(networkOf(address)) ?? 0;
    if (wait > 0) throw rateLimited(wait, "Too many new accounts from your address.");
  }

  async #create(name: string, account: { passwordHash: string | null; isGuest?: boolean }): Promise<Login> {
    const user = await this.#store.createUser({ name, isBot: false, isGuest: false, ...account });
    if (!user) throw nameInUse(name);
    return await this.#withToken(user, true);
  }

  /** @throws ChatError `bad_credentials` where the password was changed since `user` was read */
  async #withToken(user: UserRecord, isNew: boolean): Promise<Login> {
    const since = this.#endings;
    const token = randomBytes(32).toString("base64url");
    const tokenHash = hashToken(token);
    const isAdded = await this.#store.addToken(user.id, tokenHash, this.#clock.now(), user.passwordHash);
    if (!isAdded) throw badCredentials();
    return { user, token, tokenHash, isNew, since };
  }
}

export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function checkPassword(password: string): string {
  if (password.length >= 1 && password.length <= LIMITS.passwordLength) return password;
  throw new ChatError("bad_arguments", `A password has 1 to ${LIMITS.passwordLength} characters.`);
}

export function badCredentials(): ChatError {
  return new ChatError("bad_credentials", "The name, the password or the token is wrong, or one is missing.");
}

export function nameInUse(name: string): ChatError {
  return new ChatError(
    "name_in_use",
    `The name ${
      quote(name)
    } is in use or reserved. Choose another one, or log in with your password or token.`,
  );
}
