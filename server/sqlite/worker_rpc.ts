/**
 * Calls between the main thread and a worker: `WorkerClient` calls, `serve` answers. Answers to methods that are not
 * async come in the order of the calls. An error crosses with its kind.
 */

import { ChatError } from "../../protocol/errors.ts";
import { faultOf, isDamage, type SqliteFault } from "./sqlite_errors.ts";
import { StoreOpenError } from "./store_open_error.ts";

export interface Failure {
  readonly kind: SqliteFault | "open" | "damaged";
  readonly message: string;
  readonly stack?: string;
}

/** After this the store acknowledges nothing any more: what was written may be lost. */
export class StoreFailed extends Error {
  override readonly name = "StoreFailed";
}

/** The file is damaged: nothing may be written to it any more. */
export class StoreDamaged extends Error {
  override readonly name = "StoreDamaged";
}

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: Failure };

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** What `serve` takes: methods that may be async. */
// deno-lint-ignore no-explicit-any
type Methods<T> = { [M in keyof T]: (...args: any[]) => unknown };

export class WorkerClient<T extends Methods<T>> {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  /** @param onCrash called where the worker ended by an error outside any call; all its calls have been rejected then */
  constructor(script: URL, onCrash: (error: Error) => void) {
    this.#worker = new Worker(script, { type: "module" });
    this.#worker.onmessage = (event: MessageEvent<Answer>) => this.#settle(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const error = new StoreFailed(`A database worker ended: ${event.message}`);
      this.#rejectAll(error);
      onCrash(error);
    };
  }

  /** Rejects with ChatError `store_unavailable`, StoreFailed, StoreDamaged, StoreOpenError, or Error for a fault of the program. */
  call<M extends keyof T & string>(
    method: M,
    ...args: Parameters<T[M]>
  ): Promise<Awaited<ReturnType<T[M]>>> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as Pending["resolve"], reject });
      this.#worker.postMessage({ id, method, args } satisfies Call);
    });
  }

  /** Ends the worker at once; calls that have no answer yet reject. */
  terminate(): void {
    this.#worker.terminate();
    this.#rejectAll(closedError());
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ("failure" in answer) pending?.reject(toError(answer.failure));
    else pending?.resolve(answer.value);
  }

  #rejectAll(error: Error): void {
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }
}

/** Answers calls in a worker. */
export function serve<T extends Methods<T>>(methods: T): void {
  const scope = self as unknown as {
    onmessage: (event: MessageEvent<Call>) => void;
    postMessage(answer: Answer): void;
  };
  const answer = async ({ id, method, args }: Call) => {
    try {
      const value = methods[method as keyof T](...args);
      // Awaiting what is no promise would let a later call's answer overtake.
      scope.postMessage({ id, value: value instanceof Promise ? await value : value });
    } catch (error) {
      scope.postMessage({ id, failure: toFailure(error) });
    }
  };
  scope.onmessage = (event) => void answer(event.data);
}

export function toFailure(error: unknown): Failure {
  if (error instanceof StoreOpenError) return { kind: "open", message: error.message };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return {
    kind: isDamage(error) ? "damaged" : faultOf(error),
    message,
    ...(stack === undefined ? {} : { stack }),
  };
}

export function toError(failure: Failure): Error {
  switch (failure.kind) {
    case "open":
      return new StoreOpenError(failure.message);
    case "unavailable":
      return unavailable(failure.message);
    case "damaged":
      return new StoreDamaged(failure.message);
    case "fatal":
      return new StoreFailed(`The database failed: ${failure.message}`);
    case "internal":
      return Object.assign(new Error(failure.message), { stack: failure.stack });
    default:
      return failure.kind satisfies never;
  }
}

export function closedError(): ChatError {
  return unavailable("it is closed");
}

/** @param cause for the log */
export function readOnly(cause: string): ChatError {
  return new ChatError(
    "store_unavailable",
    "The server's database is damaged. What is in it can be read, but nothing can be stored until whoever runs this server has repaired it.",
    {},
    { cause },
  );
}

/** @param cause for the log; users see what to do */
export function unavailable(cause: string): ChatError {
  return new ChatError(
    "store_unavailable",
    "The store cannot do this now, and nothing was stored. Send it again with the same id.",
    {},
    { cause },
  );
}
