/** What services told about themselves in the metadata of what they said (docs/protocol.md, section 8). */

import { signal } from "@preact/signals";
import { type Envelope, isObject } from "../../../protocol/message.ts";
import { conversationKey } from "../keys.ts";

export interface ServiceFacts {
  /** Words that can be said to a device. */
  readonly commands?: readonly string[];
  readonly personality?: string;
  readonly memory?: MemoryFacts;
  readonly questionsLeft?: number;
  /** When a question may be asked again, RFC 3339; only where none is left. */
  readonly askAgainAt?: string;
}

export interface MemoryFacts {
  /** When the bot said so, RFC 3339. */
  readonly toldAt: string;
  readonly questions: number;
  readonly tokens?: number;
  readonly mostTokens?: number;
  readonly since?: string;
  readonly until?: string;
}

const MOST_COMMANDS = 12;
const COMMAND = /^[\p{L}\d][\p{L}\d _.-]{0,23}$/u;

export class ServicesFacts {
  /** By the service's key; each fact with the seq of the message that told it. */
  readonly #facts = signal<ReadonlyMap<string, ReadonlyMap<string, { seq: number; value: unknown }>>>(
    new Map(),
  );

  of(service: string): ServiceFacts {
    const facts = this.#facts.value.get(conversationKey(service)) ?? new Map();
    return Object.fromEntries([...facts].map(([key, { value }]) => [key, value]));
  }

  /** Learns from messages, old or new; what was said last holds. */
  note(messages: readonly Envelope[]): void {
    for (const message of messages) {
      if (message.metadata.bot === true && !message.destination.startsWith("#")) this.#take(message);
    }
  }

  #take(message: Envelope): void {
    const told = Object.entries(factsIn(message)).filter(([, value]) => value !== undefined);
    if (told.length === 0) return;
    const key = conversationKey(message.sender);
    const facts = new Map(this.#facts.value.get(key));
    const { seq = 0 } = message;
    for (const [name, value] of told) {
      if ((facts.get(name)?.seq ?? -1) <= seq) facts.set(name, { seq, value });
    }
    this.#facts.value = new Map(this.#facts.value).set(key, facts);
  }
}

function factsIn({ metadata, timestamp }: Envelope): Record<keyof ServiceFacts, unknown> {
  const { commands, personality, memory, reset, questions_left: left, ask_again_at: again } = metadata;
  return {
    commands: Array.isArray(commands) ? commands.filter(isCommand).slice(0, MOST_COMMANDS) : undefined,
    personality: typeof personality === "string" ? personality : undefined,
    memory: reset === true ? { toldAt: timestamp, questions: 0 } : memoryIn(memory, timestamp),
    questionsLeft: typeof left === "number" ? left : undefined,
    askAgainAt: typeof left !== "number" ? undefined : isTime(again) ? again : "",
  };
}

function isCommand(value: unknown): value is string {
  return typeof value === "string" && COMMAND.test(value);
}

function memoryIn(memory: unknown, toldAt: string): MemoryFacts | undefined {
  if (!isObject(memory) || typeof memory.questions !== "number") return undefined;
  const { questions, tokens, most_tokens: mostTokens, since, until } = memory;
  return {
    toldAt,
    questions,
    ...typeof tokens === "number" && { tokens },
    ...typeof mostTokens === "number" && { mostTokens },
    ...isTime(since) && { since },
    ...isTime(until) && { until },
  };
}

/** What is no time cannot be written as one. */
function isTime(value: unknown): value is string {
  return typeof value === "string" && !Number.isNaN(Date.parse(value));
}
