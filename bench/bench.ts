/** `deno task bench`: Parley by itself, over each of its transports. Exit code 1 where a run is void. */

import { benchCommand } from "./bench_options.ts";
import { PARLEY } from "./parley.ts";
import { CEILING } from "./peers/limits.ts";
import { runBenchmark } from "./run_benchmark.ts";

const DESCRIPTION = "Measures Parley, and checks that no message is lost, doubled or out of order.";

if (import.meta.main) {
  const chosen = benchCommand("bench", DESCRIPTION).parse(Deno.args, { from: "user" }).opts();
  Deno.exit(
    await runBenchmark(
      chosen,
      () =>
        Promise.resolve({
          title: "Parley, measured",
          subjects: [...PARLEY, CEILING],
          absent: [],
          takes: () => true,
        }),
    ),
  );
}
