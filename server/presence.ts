/**
 * Who comes and goes, told to those who share a room with them: gathered for a second, and only after ten seconds away, so
 * that a reconnect is no news. Rooms of over 200 members are left out.
 */

import { LIMITS } from "../protocol/message.ts";
import type { Clock } from "./clock.ts";
import type { LiveUser, Receiver } from "./live.ts";
import type { Router } from "./router.ts";

const GATHER_MS = 1000;
const AWAY_MS = 10_000;

export class Presence {
  readonly #router: Router;
  readonly #clock: Clock;
  /** Those whom the others take for online, by id. */
  readonly #online = new Map<number, LiveUser>();
  /** Those who left less than ten seconds ago, and the rooms that they were in. */
  readonly #leaving = new Map<number, { since: number; user: LiveUser; conversationIds: number[] }>();
  readonly #arriving = new Map<number, LiveUser>();
  #cancel: (() => void) | null = null;
  #isStopped = false;

  constructor(router: Router, clock: Clock) {
    this.#router = router;
    this.#clock = clock;
  }

  /** The user's first connection is here. */
  arrived(user: LiveUser): void {
    this.#leaving.delete(user.id);
    if (this.#online.has(user.id)) return;
    this.#online.set(user.id, user);
    this.#arriving.set(user.id, user);
    this.#wake();
  }

  /** The user's last connection is about to go; called while its conversations are still known. */
  departed(user: LiveUser): void {
    const conversationIds = [...user.conversations].map(({ id }) => id);
    this.#leaving.set(user.id, { since: this.#clock.monotonic(), user, conversationIds });
    this.#wake();
  }

  /** Tells nobody any more: those who leave from now on leave because the server stops. */
  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  #wake(): void {
    if (this.#isStopped) return;
    this.#cancel ??= this.#clock.after(GATHER_MS, () => {
      this.#cancel = null;
      this.#tell().catch(() => {}); // Presence is a courtesy: where the store cannot count members, it is not told.
      if (this.#arriving.size + this.#leaving.size > 0) this.#wake();
    });
  }

  async #tell(): Promise<void> {
    const arriving = [...this.#arriving.values()];
    this.#arriving.clear();
    const away = [...this.#leaving.values()].filter(({ since }) =>
      this.#clock.monotonic() - since >= AWAY_MS
    );
    for (const { user } of away) {
      this.#leaving.delete(user.id);
      this.#online.delete(user.id);
    }
    for (const user of arriving) {
      await this.#announce("online", user, [...user.conversations].map(({ id }) => id));
    }
    for (const { user, conversationIds } of away) {
      if (this.#router.isAway(user.id)) await this.#announce("offline", user, conversationIds);
    }
  }

  async #announce(
    code: "online" | "offline",
    user: LiveUser,
    conversationIds: readonly number[],
  ): Promise<void> {
    const event = { code, message: `${user.name} is ${code}`, metadata: { user: user.name } };
    this.#router.notify(await neighbours(this.#router, user, conversationIds), event);
  }
}

/** The connections of all who share a room of at most 200 members with the user; its own are left out. */
export async function neighbours(
  router: Router,
  user: LiveUser,
  conversationIds: readonly number[],
): Promise<Set<Receiver>> {
  const receivers = new Set<Receiver>();
  for (const id of conversationIds) {
    const room = router.live.conversation(id);
    if (
      room?.record.kind !== "room" || await router.conversations.memberCount(room) > LIMITS.presenceMembers
    ) continue;
    for (const receiver of router.receiversIn(room)) if (receiver.user !== user) receivers.add(receiver);
  }
  return receivers;
}
