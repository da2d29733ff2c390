/** Topics about asynchronous programming in general. */

import { readTopics } from "./topic.ts";

export const ASYNC_TOPICS = readTopics(
  `
  async 2.5, asynchronous 2.5, concurrency 2.5, concurrent 2, event loop 2.5, nonblocking 2,
  coroutine 1.5, await 1.5
`,
  [
    {
      id: "async",
      title: "asynchronous programming",
      cues: `
      parallelism 3, parallel 2, concurrency parallelism 2, thread 1.5, threads 1.5, multithreading 2,
      async meaning 1, async mean 1, synchronous 1.5, blocking 1, block event loop 2, block 0.7, io 1,
      callback 1, race condition 3, race conditions 3, deadlock 0.5, mutex 2.5, lock 0.7,
      semaphore 2.5, cpu bound 2.5, io bound 2.5, worker thread 2, backpressure 0.7, cancel 0.7,
      cancellation 1.5, freeze 1, freezes 1, programming 0.5, process 0.3
    `,
      answer: `
      Concurrency is having many things under way; parallelism is doing several in the same instant. Async code is concurrent on one thread: at each \`await\` a task steps aside while it waits for network or disk, and the event loop runs another.
      - It wins where most time is waiting: thousands of connections cost little. For heavy computing use threads, workers or processes.
      - Anything long without an \`await\` (big loops, \`time.sleep\`, synchronous I/O) blocks the loop and so everybody: move it to a worker.
      - Races still exist: between two awaits others run. Check and change without an await between, or take a lock or a queue.
      - Put a timeout on what waits for others, a limit on what runs at once, and never drop a task's error.
    `,
    },
    {
      id: "async.limit",
      title: "limiting and cancelling concurrent work",
      cues: `
      at most once 1, at once 1.5, at same time 2.5, fetches 1, requests at once 2, in batches 1.5,
      batches 1, at most _ 0.7, limit concurrency 4, concurrency limit 4, limit parallel 3,
      limit number concurrent 3, semaphore 3, too many requests at once 2, worker pool 2.5,
      at most tasks 2, at same time 1, cancel task 2.5, cancel promise 3, cancel request 1.5,
      timeout 1.5, timeouts 1.5, abort 1, debounce 1.5, throttle 1
    `,
      answer: `
      At most \`limit\` at a time, in TypeScript:

      \`\`\`ts
      async function mapLimited<T, R>(items: T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
        const results: R[] = new Array(items.length);
        const queue = items.entries();                        // shared: each worker takes the next
        const worker = async () => {
          for (const [index, item] of queue) results[index] = await work(item);
        };
        await Promise.all(Array.from({ length: limit }, worker));
        return results;
      }
      \`\`\`
      In Python: \`asyncio.Semaphore(10)\` with \`async with\`. To cancel: \`AbortController\` and its \`signal\` in TypeScript, \`task.cancel()\` or \`asyncio.timeout(5)\` in Python.
    `,
    },
  ],
);
