/** Waiting for answers, one at a time, on a connection that may end. */

/** An answer that takes longer than this counts as a failure. */
const ANSWER_TIMEOUT_MS = 30_000;

interface Waiting {
  readonly accept: (text: string) => boolean;
  readonly answer: PromiseWithResolvers<string>;
}

export class Conversation {
  #waiting: Waiting | undefined;
  /** Why the connection has ended. */
  #end: string | undefined;

  /** As `Dialog.until`. */
  until(accept: (text: string) => boolean): Promise<string> {
    const answer = Promise.withResolvers<string>();
    if (this.#end !== undefined) answer.reject(new Error(this.#end));
    this.#waiting = { accept, answer };
    return withDeadline(answer.promise);
  }

  /** Whether that is what is waited for. */
  takes(text: string): boolean {
    const waiting = this.#waiting;
    if (waiting === undefined) return false;
    try {
      if (!waiting.accept(text)) return false;
      waiting.answer.resolve(text);
    } catch (error) {
      waiting.answer.reject(error);
    }
    this.#waiting = undefined;
    return true;
  }

  end(reason: string): void {
    this.#end = reason;
    this.#waiting?.answer.reject(new Error(reason));
  }
}

async function withDeadline(answer: Promise<string>): Promise<string> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the server did not answer within 30 s")), ANSWER_TIMEOUT_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
