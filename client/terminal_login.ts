/** Logging in with a person at the terminal: asks for a name and, where it has one, for its password. */

import { ChatError, type ErrorCode } from "../protocol/errors.ts";
import type { Envelope } from "../protocol/message.ts";
import type { ChatClient } from "./chat_client.ts";

export interface Asker {
  /** Undefined where the person would rather leave. */
  ask(question: string): Promise<string | undefined>;
  askSecret(question: string): Promise<string | undefined>;
  tell(error: ChatError): void;
}

export interface LoginChoice {
  readonly name?: string;
  readonly password?: string;
}

/** After these another name may do. */
const ABOUT_THE_NAME: ReadonlySet<ErrorCode> = new Set(["bad_name", "name_in_use", "forbidden"]);

/**
 * Tries until it is let in. Resolves with undefined where the person left.
 * @param choice what was given beforehand, which is not asked for
 * @param makeClient makes a client that is not started yet
 * @throws ChatError, ConnectionLost where another answer would not help
 */
export async function logInAsking(
  choice: LoginChoice,
  asker: Asker,
  makeClient: (login: { name?: string; password?: string }) => ChatClient,
): Promise<{ client: ChatClient; welcome: Envelope } | undefined> {
  let name = choice.name ?? (await asker.ask("Your name (empty for a guest): "))?.trim();
  let password = choice.password;
  while (name !== undefined) {
    const client = makeClient({ ...name !== "" && { name }, ...password !== undefined && { password } });
    try {
      return { client, welcome: await client.start() };
    } catch (error) {
      await client.close();
      if (!(error instanceof ChatError)) throw error;
      if (error.code === "bad_credentials") {
        if (password !== undefined) asker.tell(error);
        password = await asker.askSecret(`Password for ${name}: `);
        if (password === undefined) return undefined;
      } else if (ABOUT_THE_NAME.has(error.code)) {
        asker.tell(error);
        password = choice.password;
        name = (await asker.ask("Another name: "))?.trim();
      } else throw error;
    }
  }
  return undefined;
}
