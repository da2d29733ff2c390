/** What a tally or a whole run of the generator found wrong. */

import type { Result } from "../bench/generator/plan.ts";
import type { Tally } from "../bench/generator/tally.ts";

export const CLEAN = { lost: 0, duplicated: 0, outOfOrder: 0 };

export function counts({ lost, duplicated, outOfOrder }: Tally | Result): typeof CLEAN {
  return { lost, duplicated, outOfOrder };
}
