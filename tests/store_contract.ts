/** What every implementation of the Store contract has to do: one test for each behaviour. */

import type { Clock } from "../server/clock.ts";
import type { Store } from "../server/store.ts";
import { FakeClock } from "./fake_clock.ts";
import { testConversations } from "./store_contract/conversations.ts";
import { testLog } from "./store_contract/log.ts";
import { testMissed } from "./store_contract/missed.ts";
import { testQuestions } from "./store_contract/questions.ts";
import { testReading } from "./store_contract/reading.ts";
import { testSearch } from "./store_contract/search.ts";
import { testTokens } from "./store_contract/tokens.ts";
import { testUsers } from "./store_contract/users.ts";
import { NOW, World } from "./store_contract/world.ts";

/** Opens a new, empty store; disposing it closes the store and removes what it made. */
export type OpenStore = (clock: Clock) => Promise<{ store: Store } & AsyncDisposable>;

/** Registers all tests of the contract. */
export function testStore(name: string, open: OpenStore): void {
  const test = (behaviour: string, body: (world: World) => Promise<void>) =>
    Deno.test(`${name}: ${behaviour}`, async () => {
      const clock = new FakeClock(NOW);
      await using opened = await open(clock);
      await body(new World(opened.store, clock));
    });

  testUsers(test);
  testTokens(test);
  testConversations(test);
  testLog(test);
  testQuestions(test);
  testReading(test);
  testMissed(test);
  testSearch(test);
}
