/** A visitor's questions and what came of them, made of what is said between the visitor and the AI bot. */

import type { Envelope } from "../../../protocol/message.ts";

export type TurnState =
  /** Not acknowledged by the server yet. */
  | "sending"
  /** Asked; nothing of the answer has come. */
  | "waiting"
  | "writing"
  | "done"
  /** It was not asked, or no answer came; `problem` says why. */
  | "failed";

export interface Turn {
  /** Of the question; another attempt has the same one, so that it is asked once. */
  readonly id: string;
  readonly question: string;
  readonly answer: string;
  readonly state: TurnState;
  /** The question's place in the log, once it is stored. */
  readonly seq?: number;
  /** The answer did not come to its end: `stopped`, `closing`, `too_long` or `failed`. */
  readonly cutOff?: string;
  readonly problem?: string;
  /** What the bot said meanwhile, as that others are before. */
  readonly note?: string;
}

/** Said to the bot to make it forget; what was asked before belongs to another conversation. */
export const FORGET = "reset";

export function newTurn(id: string, question: string): Turn {
  return { id, question, answer: "", state: "sending" };
}

/** Takes a message between the visitor `me` and the bot, in the order of seq, whether it is known already or not. */
export function takeMessage(turns: readonly Turn[], message: Envelope, isOwn: boolean): readonly Turn[] {
  return isOwn ? takeQuestion(turns, message) : takeAnswer(turns, message);
}

/** What can still become of it: an answer may come that this page has not seen the beginning of. */
export function isOpen({ state }: Turn): boolean {
  return state === "waiting" || state === "writing";
}

function takeQuestion(turns: readonly Turn[], { id, message, seq = 0 }: Envelope): readonly Turn[] {
  if (message.trim().toLowerCase() === FORGET) {
    return turns.filter((turn) => turn.seq === undefined || turn.seq > seq);
  }
  const key = id ?? `seq-${seq}`;
  const known = turns.find((turn) => turn.id === key || turn.seq === seq);
  if (known) return replace(turns, stored(known, seq));
  const turn = stored(newTurn(key, message), seq);
  return [...turns, turn].sort((a, b) => (a.seq ?? Infinity) - (b.seq ?? Infinity));
}

function takeAnswer(turns: readonly Turn[], { id, message, metadata }: Envelope): readonly Turn[] {
  const { answer_to: seq, cut_off: cutOff } = metadata;
  const waiting = id?.startsWith("waiting-") ? Number(id.slice("waiting-".length)) : undefined;
  if (waiting !== undefined) return change(turns, waiting, (turn) => ({ ...turn, note: message }));
  if (typeof seq !== "number") return turns;
  return change(turns, seq, ({ note: _, problem: __, ...turn }) => ({
    ...turn,
    answer: message,
    state: "done",
    ...typeof cutOff === "string" && { cutOff },
  }));
}

/** The question is in the log. */
export function stored({ problem: _, ...turn }: Turn, seq: number): Turn {
  return {
    ...turn,
    seq,
    state: turn.state === "sending" || turn.state === "failed" ? "waiting" : turn.state,
  };
}

export function replace(turns: readonly Turn[], turn: Turn): readonly Turn[] {
  return turns.map((each) => each.id === turn.id ? turn : each);
}

function change(turns: readonly Turn[], seq: number, to: (turn: Turn) => Turn): readonly Turn[] {
  return turns.map((turn) => turn.seq === seq ? to(turn) : turn);
}
