/** All scenarios, in the order in which they are run and shown. */

import { ceiling } from "./ceiling.ts";
import { manyRooms, pairs, sharedRooms } from "./conversations.ts";
import { durable } from "./durable.ts";
import { fanOut100, fanOut1000 } from "./fan_out.ts";
import { growth } from "./growth.ts";
import { idle } from "./idle.ts";
import { interference } from "./interference.ts";
import { million } from "./million.ts";
import { receivers } from "./receivers.ts";
import type { Scenario, Settings } from "./scenario.ts";
import { soak } from "./soak.ts";
import { startup } from "./startup.ts";
import { storm } from "./storm.ts";

export function allScenarios(settings: Settings): readonly Scenario[] {
  return [
    fanOut100(),
    fanOut1000(),
    pairs(),
    manyRooms(settings),
    sharedRooms(),
    durable(),
    receivers(settings),
    idle(settings),
    storm(settings),
    startup(),
    million(settings),
    interference(settings),
    growth(settings),
    soak(settings),
    ceiling(),
  ];
}
