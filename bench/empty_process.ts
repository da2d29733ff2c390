/**
 * The floor for the server's memory: a program that does nothing, with two workers that do nothing.
 *
 * `deno run --allow-net bench/empty_process.ts PORT`: listens there when its workers run, until SIGTERM
 */

const WORKER = "data:text/javascript,postMessage(0); onmessage = () => {};";

if (import.meta.main) {
  for (const worker of [startWorker(), startWorker()]) await worker;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });
  for await (const conn of listener) conn.close();
}

function startWorker(): Promise<void> {
  const worker = new Worker(WORKER, { type: "module" });
  return new Promise((resolve) => worker.onmessage = () => resolve());
}
