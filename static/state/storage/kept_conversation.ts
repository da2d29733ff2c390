/** What this browser keeps of the conversation on `/ask`, apart from the chat's own session. */

import type { Turn } from "../services/turns.ts";

const TOKEN_KEY = "parley.ask.token";
const TURNS_KEY = "parley.ask.turns";
/** The newest are kept. Together with the longest answers they stay below what browsers give one site (5 MB). */
const MOST_TURNS = 60;

export function keptToken(): string | undefined {
  return localStorage.getItem(TOKEN_KEY) ?? undefined;
}

export function keepToken(token: string): void {
  localStorage.setItem(TOKEN_KEY, token);
}

export function forgetToken(): void {
  localStorage.removeItem(TOKEN_KEY);
}

export function keptTurns(): readonly Turn[] {
  try {
    const turns: unknown = JSON.parse(localStorage.getItem(TURNS_KEY) ?? "[]");
    return Array.isArray(turns) ? turns.filter(isTurn).map(asLeft) : [];
  } catch {
    return [];
  }
}

export function keepTurns(turns: readonly Turn[]): void {
  try {
    localStorage.setItem(TURNS_KEY, JSON.stringify(turns.slice(-MOST_TURNS)));
  } catch {
    // The browser has no room for it: the server's history still has what was said.
  }
}

/** What of an answer had come before the page was left comes again with the whole. */
function asLeft(turn: Turn): Turn {
  return turn.state === "writing" ? { ...turn, state: "waiting", answer: "" } : turn;
}

function isTurn(value: unknown): value is Turn {
  const turn = value as Turn | null;
  return typeof turn?.id === "string" && typeof turn.question === "string" &&
    typeof turn.answer === "string" &&
    typeof turn.state === "string";
}
