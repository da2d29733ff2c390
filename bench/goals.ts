/** What Parley is to reach: ratios within one run, and a few figures of its own. */

import { type Bound, type Place, quotientBound, type Results, summarize } from "./results.ts";

export interface Goal {
  readonly name: string;
  readonly of: Place;
  /** Divides the figure; without it the figure itself counts. */
  readonly by?: Place;
  /** Left out where the figure only stands for comparison. */
  readonly bound?: { readonly atLeast: number } | { readonly atMost: number };
  readonly unit?: string;
}

export interface Verdict {
  readonly goal: Goal;
  readonly value: number;
  /** Whether the true value is that, where the generator limited a figure. */
  readonly bound: Bound;
  /** `open`: the true value may lie on the other side. */
  readonly outcome: "met" | "not met" | "open" | "compared";
}

const LINES = "parley-lines";
const FRAMES = "parley-frames";
const FAN_OUT = at("fan-out-100", "max");
const FAN_OUT_FRAMES = at("fan-out-100", "max", FRAMES);
const LARGE = at("fan-out-1000", "max");
const LARGE_P99 = at("fan-out-1000", "half p99");
const FIXED_P50 = at("fan-out-100", "fixed p50");
const FIXED_P99 = at("fan-out-100", "fixed p99");
const PAIRS = at("pairs", "max");

/** A ratio is named `figure: what it is divided by`. */
export const GOALS: readonly Goal[] = [
  ratio("Fan-out 100: Socket.IO", FAN_OUT, "socketio", atLeast(30)),
  ratio("Fan-out 100: ngIRCd", FAN_OUT, "ngircd", atLeast(2.5)),
  ratio("Fan-out 100: the limit in C", FAN_OUT, "limit", atLeast(0.3)),
  ratio("Fan-out 100: the limit in C, lines as long as Parley's", FAN_OUT, "limit-line"),
  ratio("Fan-out 100: Ergo", FAN_OUT, "ergo", atLeast(20)),
  ratio("Fan-out 100: Bun, which stores nothing", FAN_OUT, "bun", atLeast(1)),
  figure("Fan-out 100: p99 at half load", at("fan-out-100", "half p99"), "ms", atMost(10)),
  ratio("Fan-out 1,000: Socket.IO", LARGE, "socketio", atLeast(25)),
  ratio("Fan-out 1,000: the limit in C", LARGE, "limit", atLeast(0.5)),
  ratio("Fan-out 1,000: the limit in C, lines as long as Parley's", LARGE, "limit-line"),
  ratio("Fan-out 1,000, p99 at half load: the limit in C", LARGE_P99, "limit", atMost(2)),
  ratio("500 messages/s to 100, p50: the limit in C", FIXED_P50, "limit", atMost(2.5)),
  ratio("500 messages/s to 100, p99: the limit in C", FIXED_P99, "limit", atMost(3)),
  ratio("500 messages/s to 100, p99: Socket.IO", FIXED_P99, "socketio", atMost(0.2)),
  ratio("Fan-out 100, WebSocket lines: TCP", at("fan-out-100", "max", LINES), FAN_OUT, atLeast(0.7)),
  ratio("Fan-out 100, WebSocket frames: ws", FAN_OUT_FRAMES, "ws", atLeast(1)),
  ratio("Fan-out 100, WebSocket frames: Socket.IO", FAN_OUT_FRAMES, "socketio", atLeast(1)),
  ratio("200 pairs: Socket.IO", PAIRS, "socketio", atLeast(2.2)),
  ratio("200 pairs: ngIRCd", PAIRS, "ngircd", atLeast(2.5)),
  ratio("On disk, 1 waiting: the limit with a log", at("durable", "1"), "limit-log", atLeast(0.5)),
  ratio("On disk, 16 waiting: the limit with a log", at("durable", "16"), "limit-log", atLeast(0.35)),
  ratio("On disk, 256 waiting: the limit with a log", at("durable", "256"), "limit-log", atLeast(0.25)),
  figure("An idle connection, TCP", at("idle", "each"), "KiB", atMost(14)),
  figure("An idle connection, WebSocket", at("idle", "each", LINES), "KiB", atMost(26)),
  figure("The process without connections", at("idle", "fresh"), "MiB", atMost(60)),
  ratio("Memory at half load: late, early", at("soak", "late"), at("soak", "early"), atMost(1.1)),
  ratio(
    "Live p99: beside readers, alone",
    at("interference", "beside p99"),
    at("interference", "alone p99"),
    atMost(2),
  ),
  figure("Large database: start", at("million", "start"), "ms", atMost(1000)),
  figure("Large database: a history page, p99", at("million", "page p99"), "ms", atMost(5)),
  figure("Large database: resume of 1,000", at("million", "resume"), "ms", atMost(50)),
  figure("Large database: search, one hit, p99", at("million", "rare p99"), "ms", atMost(50)),
  figure("Large database: search, all hit, p99", at("million", "common p99"), "ms", atMost(50)),
  ratio(
    "Inserts: large database, empty",
    at("million", "insert full"),
    at("million", "insert empty"),
    atLeast(0.8),
  ),
  cost("rooms", 10, 10_000),
  cost("users", 10, 1000),
  cost("messages", 1000, 1_000_000),
];

/** Parley over TCP, where nothing else is said. */
function at(scenario: string, metric: string, subject = "parley-tcp"): Place {
  return { scenario, metric, subject };
}

function atLeast(value: number) {
  return { atLeast: value };
}

function atMost(value: number) {
  return { atMost: value };
}

function figure(name: string, of: Place, unit: string, bound: NonNullable<Goal["bound"]>): Goal {
  return { name, of, unit, bound };
}

/** @param by another figure, or the server whose same figure it is */
function ratio(name: string, of: Place, by: Place | string, bound?: Goal["bound"]): Goal {
  return { name, of, by: typeof by === "string" ? { ...of, subject: by } : by, ...(bound && { bound }) };
}

/** That a message costs no more among many. */
function cost(kind: string, few: number, many: number): Goal {
  const words = (count: number) => count.toLocaleString("en-US");
  return ratio(
    `Cost of a message: ${words(many)} ${kind}, ${words(few)}`,
    at("growth", `${kind} ${many}`),
    at("growth", `${kind} ${few}`),
    atMost(1.2),
  );
}

/** Those whose figures are there, in the order of the table. */
export function judge(results: Results, goals: readonly Goal[] = GOALS): Verdict[] {
  return goals.flatMap((goal) => {
    const found = valueOf(results, goal);
    return found === undefined ? [] : { goal, ...found, outcome: outcomeOf(found, goal) };
  });
}

/** `≥ 30 ×`, `≤ 10 ms`. */
export function boundWords({ bound, by, unit }: Goal): string {
  if (bound === undefined) return "";
  const sign = "atLeast" in bound ? `≥ ${bound.atLeast}` : `≤ ${bound.atMost}`;
  return by ? `${sign} ×` : `${sign} ${unit ?? ""}`.trimEnd();
}

type Found = Pick<Verdict, "value" | "bound">;

function valueOf(results: Results, { of, by }: Goal): Found | undefined {
  const one = summarize(results, of);
  if (one === undefined || by === undefined) return one && { value: one.median, bound: one.bound };
  const divisor = summarize(results, by);
  return divisor && { value: one.median / divisor.median, bound: quotientBound(one, divisor) };
}

function outcomeOf({ value, bound }: Found, goal: Goal): Verdict["outcome"] {
  if (goal.bound === undefined) return "compared";
  const isFloor = "atLeast" in goal.bound;
  const isMet = "atLeast" in goal.bound ? value >= goal.bound.atLeast : value <= goal.bound.atMost;
  if (bound === "exact") return isMet ? "met" : "not met";
  const safe = isFloor === isMet ? "at least" : "at most";
  if (bound !== safe) return "open";
  return isMet ? "met" : "not met";
}
