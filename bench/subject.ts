/** A server that can be measured. */

import type { Memory } from "./child_server.ts";
import type { Target, WireName } from "./generator/plan.ts";
import type { Ability } from "./scenarios/scenario.ts";

export interface Subject {
  /** Names it in results and goals. */
  readonly id: string;
  readonly title: string;
  readonly wire: WireName;
  readonly abilities: readonly Ability[];
  /** Bytes of text in a message, where they are not as many as in all others. */
  readonly messageBytes?: number;
  /** @throws Error (rejects) whose message says why it does not start */
  start(options: { core: number | undefined; data: string | undefined }): Promise<RunningServer>;
}

/** Ends with its disposal. */
export interface RunningServer extends AsyncDisposable {
  readonly target: Target;
  memory(): Promise<Memory>;
}
