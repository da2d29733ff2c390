/** Figures for Prometheus. The event-loop figures that prom-client brings are zeros in Deno, so none of its defaults are taken. */

import { Gauge, Registry } from "prom-client";
import type { ChatServer } from "./chat_server.ts";

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

export function createMetrics(server: ChatServer): Metrics {
  const registry = new Registry();
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  const { router, sessions } = server;
  gauge("parley_connections", "Connections that are open.", () => sessions.size);
  gauge("parley_users_online", "Users with a connection.", () => router.live.users.size);
  gauge("parley_log_seq", "Position of the last message delivered.", () => router.deliverer.deliveredSeq);
  gauge(
    "parley_deliveries",
    "Messages given to connections since the start.",
    () => router.deliverer.deliveries,
  );
  gauge("parley_memory_bytes", "Resident memory of the process.", () => Deno.memoryUsage().rss);
  gauge("parley_heap_bytes", "JavaScript heap in use.", () => Deno.memoryUsage().heapUsed);
  return { contentType: registry.contentType, text: () => registry.metrics() };
}
