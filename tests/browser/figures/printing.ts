/** What the programs here measure, in words. */

import type { CDPSession } from "playwright-core";

/** So many times slower than it is the CPU is made. */
export const SLOWED = 4;

export async function heapMiB(devtools: CDPSession): Promise<number> {
  await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  return usedSize / 2 ** 20;
}

export function print(what: string, values: readonly number[]): void {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0).toFixed(1);
  write(`${what}: ${sorted.length} in all, median ${at(0.5)}, 95 % ${at(0.95)}, most ${at(1)} ms`);
}

export function printFigure(what: string, value: number): void {
  write(`${what}: ${value.toFixed(1)}`);
}

function write(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
}
