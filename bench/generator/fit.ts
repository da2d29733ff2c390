/** Whether a wire can carry out a plan. */

import { MARK_LENGTH } from "./mark.ts";
import type { Plan } from "./plan.ts";
import type { Wire } from "./wires/wire.ts";

/** @throws RangeError whose message says what does not fit */
export function checkFits({ size, topology, load, target }: Plan, wire: Wire): void {
  if (size < MARK_LENGTH || size > wire.maxSize) {
    throw new RangeError(
      `${target.wire} takes texts of ${MARK_LENGTH} to ${wire.maxSize} bytes, not ${size}.`,
    );
  }
  if (topology.kind === "shared" && !wire.hasManyRooms) {
    throw new RangeError(`With ${target.wire} a client is in one room only.`);
  }
  if (topology.kind === "alone" && !wire.echoes && !wire.acknowledges) {
    throw new RangeError(`With ${target.wire} nobody gets an answer or an echo.`);
  }
  if (!(("rate" in load ? load.rate : load.window) > 0)) throw new RangeError("A load is above 0.");
}
