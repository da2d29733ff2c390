/**
 * Power cuts: a server is traced while messages are said to it, through restarts; from the trace its data folder is
 * rebuilt as a disk may hold it at any line. What was synced is there; of what was written later, anything may be.
 */

import { commitOrder, type Told, toldIn } from "./commit_order.ts";
import { CutDisk, type Dealing, DEALINGS } from "./cut_disk.ts";
import { checkImage, type Verdict } from "./image_check.ts";
import { randomFrom, Traffic } from "./said_traffic.ts";
import type { Call } from "./trace.ts";
import { TracedServer } from "./traced_server.ts";

export interface PowerCutReport {
  readonly images: number;
  /** Acknowledgements that the images were to hold, in all. */
  readonly acknowledged: number;
  /** Over all images. */
  readonly lost: number;
  readonly doubled: number;
  readonly reordered: number;
  readonly phantom: number;
  /** Images that did not open, or whose integrity did not hold, and why. */
  readonly broken: readonly string[];
  /** Messages that were told before they were durable; of the same traces. */
  readonly violations: number;
  /** Which the images were cut from. */
  readonly bytesWritten: number;
}

export interface PowerCutOptions {
  /** What a disk does that says yes to fsync and does nothing: the test of the test. */
  readonly ignoresFsync?: boolean;
}

/** A log that goes through the WAL more than once (of 16 MB), and three servers: two are killed, one is stopped. */
const ENDS = ["SIGKILL", "SIGTERM", "SIGKILL"] as const;
const MESSAGES_EACH = 900;
const TEXT_SIZE = 15_000;

export async function powerCut(
  images: number,
  seed: number,
  options: PowerCutOptions = {},
): Promise<PowerCutReport> {
  const random = randomFrom(seed);
  const { calls, traffic } = await record(random);
  const told = toldIn(calls).filter(({ how }) => how === "acknowledged");
  const disk = new CutDisk(calls, options.ignoresFsync);
  const folder = await Deno.makeTempDir({ prefix: "parley-cut-" });
  const verdicts: Verdict[] = [];
  try {
    for (const cut of cutLines(calls, images, random)) {
      const dealing: Dealing = DEALINGS[verdicts.length % DEALINGS.length]!;
      await disk.write(folder, cut, dealing, random);
      const acknowledged = acknowledgedBefore(cut, told, traffic);
      verdicts.push(
        await checkImage(folder, { acknowledged, said: traffic.said, name: `line ${cut}, ${dealing}` }),
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return summary(verdicts, calls);
}

/** What the servers wrote, as one trace. */
async function record(random: () => number): Promise<{ calls: Call[]; traffic: Traffic }> {
  const folder = await Deno.makeTempDir({ prefix: "parley-cut-" });
  const traffic = new Traffic({ messages: MESSAGES_EACH, textSize: TEXT_SIZE, random });
  const calls: Call[] = [];
  let firstLine = 0;
  for (const signal of ENDS) {
    const server = await TracedServer.start(folder, { firstLine });
    await traffic.run(server.process);
    await server.end(signal);
    calls.push(...server.calls);
    firstLine = server.line;
  }
  await Deno.remove(folder, { recursive: true });
  return { calls: calls.toSorted((a, b) => a.began - b.began), traffic };
}

/** Ascending; each just after a call. A third is near what is rare: files that come, go, or are synced as the log is not. */
function cutLines(calls: readonly Call[], count: number, random: () => number): number[] {
  const rare = calls.flatMap((call, index) => isRare(call) ? [index] : []);
  const pick = () => Math.floor(random() * calls.length);
  const pickRare = () => rare[Math.floor(random() * rare.length)]! + Math.floor(random() * 20) - 10;
  return Array.from({ length: count }, (_, image) => image % 3 === 0 ? pickRare() : pick())
    .map((index) => calls[Math.min(Math.max(index, 0), calls.length - 1)]!.began + 1)
    .toSorted((a, b) => a - b);
}

function isRare({ name, target }: Call): boolean {
  if (/\/data(\/parley\.db-journal)?$/.test(target)) return true;
  return target.endsWith("/parley.db") ? name !== "pwrite64" : /^(unlink|ftruncate)/.test(name);
}

function acknowledgedBefore(cut: number, told: readonly Told[], traffic: Traffic): Map<string, number> {
  const ids = told.filter(({ at }) => at < cut).map(({ id }) => id);
  // What was told last before a kill may not have been read; its seq is not known then.
  return new Map(ids.map((id) => [id, traffic.acknowledged.get(id) ?? 0]));
}

function summary(verdicts: readonly Verdict[], calls: readonly Call[]): PowerCutReport {
  const sum = (count: (verdict: Verdict) => number) =>
    verdicts.reduce((total, verdict) => total + count(verdict), 0);
  return {
    images: verdicts.length,
    acknowledged: sum(({ acknowledged }) => acknowledged),
    lost: sum(({ lost }) => lost),
    doubled: sum(({ doubled }) => doubled),
    reordered: sum(({ reordered }) => reordered),
    phantom: sum(({ phantom }) => phantom),
    broken: verdicts.flatMap(({ broken }) => broken ?? []),
    violations: commitOrder(calls).violations.length,
    bytesWritten: calls.reduce((bytes, { target, data }) => bytes + (isFile(target) ? data.length : 0), 0),
  };
}

const isFile = (target: string) => target.startsWith("/");
