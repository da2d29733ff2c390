/** Figures as people read them. */

import type { Bound } from "../results.ts";

/** Three digits that count, with thousands marked, and millions from a million on. */
export function figureWords(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value >= 1e6) return `${threeDigits(value / 1e6)} million`;
  if (value >= 1000) return Math.round(value).toLocaleString("en-US");
  return threeDigits(value);
}

const BOUND_SIGNS = { "exact": "", "at least": "≥ ", "at most": "≤ ", "unknown": "≈ " } as const;

/** `≥ 1.24 million` where the generator limited it. */
export function boundedWords(words: string, bound: Bound): string {
  return BOUND_SIGNS[bound] + words;
}

/** `37`, `3.7`, `0.37`. */
export function ratioWords(value: number): string {
  return `${threeDigits(value)} ×`;
}

/** A round figure at an axis: `10`, `1,000`, `2 million`. */
export function tickWords(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))} million`;
  return Number(value.toPrecision(6)).toLocaleString("en-US");
}

export function percentWords(part: number | undefined): string {
  return part === undefined ? "" : `${Math.round(part * 100)} %`;
}

function threeDigits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
