/** Which process runs on which core: the server alone on one, what measures it on another. */

/** Left out where processes cannot be pinned. */
export interface Cores {
  readonly server?: number;
  readonly generator?: number;
  /** What drives the measurement; it is idle while the generator works, so two cores are enough. */
  readonly driver?: number;
}

export function chooseCores(): Cores {
  const cores = navigator.hardwareConcurrency;
  if (cores < 2 || !hasTaskset()) return {};
  return { server: 0, generator: 1, driver: Math.min(2, cores - 1) };
}

/** For the head of a report. */
export function coresWords({ server, generator }: Cores): string {
  return server === undefined
    ? "server and generator unpinned (one core, or no taskset)"
    : `server pinned to core ${server}, generator to core ${generator}`;
}

/** The command that runs `command` on that core. */
export function onCore(
  core: number | undefined,
  command: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  return core === undefined ? command : ["taskset", "-c", `${core}`, ...command];
}

/** Pins this process, with all its threads. */
export async function pinSelf(core: number | undefined): Promise<void> {
  if (core === undefined) return;
  await new Deno.Command("taskset", { args: ["-a", "-cp", `${core}`, `${Deno.pid}`], stdout: "null" })
    .output();
}

function hasTaskset(): boolean {
  try {
    return new Deno.Command("taskset", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
