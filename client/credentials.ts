/** Who a client logs in as, and with what. */

import type { Request } from "../protocol/message.ts";
import { userKey } from "../protocol/names.ts";

export interface LoginOptions {
  name?: string;
  password?: string;
  token?: string;
  register?: boolean;
  /** False: an account that is made by this login stays out of the lobby. */
  lobby?: false;
}

type Credential =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "password"; readonly password: string }
  /** Nothing at all: an account without a password, or a guest. */
  | { readonly kind: "none" };

/**
 * Tokens first, the newest before all, since checking a password is slow and is not to be repeated at each reconnection;
 * then what the login was asked for with. What was refused is not tried again.
 */
export class Credentials {
  readonly #asked: LoginOptions;
  #untried: Credential[];
  #user = "";
  #token = "";
  #registers: boolean;
  #isRegistrationUnanswered = false;

  constructor(login: LoginOptions) {
    this.#asked = login;
    this.#registers = login.register === true;
    this.#untried = credentialsOf(login);
  }

  /** As the server spells it; empty before the first login. */
  get user(): string {
    return this.#user;
  }

  get token(): string {
    return this.#token;
  }

  get hasLoggedIn(): boolean {
    return this.#user !== "";
  }

  isUser(name: string): boolean {
    return userKey(name) === userKey(this.#user);
  }

  /** The request to log in with the best that is left. */
  request(since: number | undefined): Omit<Request, "id"> {
    if (this.#registers) return this.#registration();
    const [credential = { kind: "none" as const }] = this.#untried;
    const metadata: Record<string, unknown> = {};
    if (credential.kind === "token") metadata.token = credential.token;
    if (credential.kind === "password") metadata.password = credential.password;
    if (since !== undefined) metadata.since = since;
    if (this.#asked.lobby === false) metadata.lobby = false;
    const name = this.#nameFor(credential);
    return { type: "command", destination: "", message: `/login ${name}`.trim(), metadata };
  }

  /** It was accepted. */
  accepted(user: string, token: string): void {
    this.#user = user;
    this.#registers = false;
    if (token === "") return;
    this.#token = token;
    this.#untried = [
      { kind: "token", token },
      ...credentialsOf(this.#asked).filter((credential) => credential.kind !== "token"),
    ];
  }

  /** It was refused as wrong. Returns whether there is something else to try. */
  wasWrong(): boolean {
    this.#untried.shift();
    return this.#untried.length > 0;
  }

  /**
   * The name was found taken. Returns whether that may be by this client's own registration whose answer was lost;
   * from then on it logs in.
   */
  wasOwnRegistration(): boolean {
    if (!this.#registers || !this.#isRegistrationUnanswered) return false;
    this.#registers = false;
    return true;
  }

  /** The connection ended before the login was answered. */
  wasUnanswered(): void {
    this.#isRegistrationUnanswered = this.#registers;
  }

  /** Some user has another name now. */
  renamed(from: unknown, to: unknown): void {
    if (typeof from === "string" && typeof to === "string" && this.isUser(from)) this.#user = to;
  }

  #registration(): Omit<Request, "id"> {
    const { name = "", password, lobby } = this.#asked;
    const metadata = { ...password !== undefined && { password }, ...lobby === false && { lobby } };
    return { type: "command", destination: "", message: `/register ${name}`, metadata };
  }

  /** A guest comes back by its token under the name that it got; without one it is a fresh guest. */
  #nameFor(credential: Credential): string {
    const { name } = this.#asked;
    if (credential.kind !== "token" && name === undefined) return "";
    return this.#user || name || "";
  }
}

/** A token that was given is a wish not to make an account, so nothing but a password stands in for it. */
function credentialsOf({ token, password }: LoginOptions): Credential[] {
  const credentials: Credential[] = [];
  if (token !== undefined) credentials.push({ kind: "token", token });
  if (password !== undefined) credentials.push({ kind: "password", password });
  return credentials.length > 0 ? credentials : [{ kind: "none" }];
}
