/** A disk whose Nth fsync fails: the server has to end at once, and what it acknowledged has to be there. */

import { commitOrder, toldIn } from "./commit_order.ts";
import { checkImage, type Verdict } from "./image_check.ts";
import { randomFrom, Traffic } from "./said_traffic.ts";
import { TracedServer } from "./traced_server.ts";

export interface FailingSync {
  /** Of the server whose fsync failed. */
  readonly code: number;
  /** From the fsync that failed to the end of the process, in milliseconds. */
  readonly endedAfterMs: number;
  readonly acknowledged: number;
  /** Messages that were told although no fsync had covered them. */
  readonly violations: number;
  /** The file whose fsync failed. */
  readonly file: string;
  /** Whether the server's log tells of it. */
  readonly isLogged: boolean;
  /** Of the log after a second server, to which the rest was sent again. */
  readonly verdict: Verdict;
}

/** @param nth of the fsyncs of a thread; from about 40 on they are those of messages */
export async function failSync(nth: number): Promise<FailingSync> {
  const folder = await Deno.makeTempDir({ prefix: "parley-sync-" });
  const traffic = new Traffic({ messages: Infinity, textSize: 300, random: randomFrom(nth) });
  const inject = `fsync,fdatasync:error=EIO:when=${nth}`;
  const server = await TracedServer.start(folder, { inject });
  await traffic.run(server.process);
  const code = await server.end(null);
  const acknowledged = toldIn(server.calls).filter(({ how }) => how === "acknowledged").length;
  const log = await Deno.readTextFile(`${folder}/logs/parley.log`);
  const verdict = await sendTheRest(folder, traffic);
  await Deno.remove(folder, { recursive: true });
  const failed = server.calls.find(({ isInjected }) => isInjected);
  return {
    code,
    endedAfterMs: (server.time - (failed?.time ?? NaN)) * 1000,
    acknowledged,
    violations: commitOrder(server.calls).violations.length,
    file: failed?.target.replace(/.*\//, "") ?? "",
    isLogged: /"event":"store_failed"/.test(log),
    verdict,
  };
}

async function sendTheRest(folder: string, traffic: Traffic): Promise<Verdict> {
  const server = await TracedServer.start(folder);
  await traffic.resend(server.process);
  await server.end();
  return await checkImage(`${folder}/data`, { ...traffic, name: "after a failed fsync" });
}
