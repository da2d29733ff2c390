/** This tab among the tabs of this browser: what they tell each other, and which of them are gone. */

import { randomId } from "../../../client/request_id.ts";
import type { UnsentRecord } from "./kept_records.ts";

export type Notice =
  | { readonly kind: "typed"; readonly user: string; readonly conversation: string; readonly text: string }
  /** A message is to be sent, or was refused, or is tried again. */
  | { readonly kind: "unsent"; readonly record: UnsentRecord }
  /** It was stored as `seq`, or discarded. */
  | {
    readonly kind: "settled";
    readonly user: string;
    readonly id: string;
    readonly destination: string;
    readonly seq?: number;
    readonly time?: string;
  }
  /** The user logged out: nothing is to be kept or shown any more. */
  | { readonly kind: "loggedOut" };

const CHANNEL = "parley";
const LOCK = "parley.tab.";

/**
 * A tab holds a lock of its own for as long as it lives, so whoever gets that lock knows that the tab is gone. Web pages that came over
 * plain HTTP from another machine have no locks: there every other tab counts as gone, and what two tabs send is doubled for the server to remove.
 */
export class Tabs {
  readonly id = randomId();
  /** Resolves when others can tell that this tab lives. */
  readonly ready: Promise<void>;
  readonly #channel = new BroadcastChannel(CHANNEL);
  readonly #locks: LockManager | undefined = navigator.locks;
  readonly #listeners = new Set<(notice: Notice) => void>();

  constructor() {
    this.#channel.onmessage = ({ data }) => {
      for (const listener of [...this.#listeners]) listener(data as Notice);
    };
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ready = promise;
    const forever = () => {
      resolve();
      return new Promise<void>(() => {});
    };
    if (this.#locks) this.#locks.request(LOCK + this.id, forever).catch(() => resolve());
    else resolve();
  }

  /** Tells the other tabs. */
  tell(notice: Notice): void {
    this.#channel.postMessage(notice);
  }

  /** Calls `listener` with what other tabs tell. */
  listen(listener: (notice: Notice) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Which of these tabs are gone. */
  async gone(tabs: Iterable<string>): Promise<Set<string>> {
    const gone = new Set<string>();
    for (const tab of tabs) {
      if (tab !== this.id && !await this.#lives(tab)) gone.add(tab);
    }
    return gone;
  }

  /** Resolves when that tab is gone; rejects with AbortError. Where there are no locks, that is never known. */
  async untilGone(tab: string, signal: AbortSignal): Promise<void> {
    if (!this.#locks) return await new Promise(() => {});
    await this.#locks.request(LOCK + tab, { signal }, () => {});
  }

  async #lives(tab: string): Promise<boolean> {
    if (!this.#locks) return false;
    return await this.#locks.request(LOCK + tab, { ifAvailable: true }, (lock) => lock === null);
  }
}

export const tabs = new Tabs();
