/** Times in a question, in UTC: "yesterday", "last week", "on monday", "3 hours ago", "2026-11-20". */

export interface TimeSpan {
  /** As it was written. */
  readonly words: string;
  /** Milliseconds since 1970; `until` is excluded. */
  readonly since: number;
  readonly until: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const UNITS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
  month: 30 * DAY,
};
const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const NUMBERS: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  few: 3,
  couple: 2,
};

type Reader = (match: RegExpExecArray, now: number) => { since: number; until: number };

const READERS: readonly (readonly [RegExp, Reader])[] = [
  [/\b(?:on |since )?(\d{4}-\d{2}-\d{2})\b/, (match, now) => {
    const day = Date.parse(match[1]!);
    return { since: day, until: match[0].startsWith("since") ? now : day + DAY };
  }],
  [
    /\b(?:the )?day before yesterday\b/,
    (_, now) => ({ since: startOfDay(now) - 2 * DAY, until: startOfDay(now) - DAY }),
  ],
  [/\b(?:since )?yesterday(?: (?:morning|afternoon|evening|night))?\b/, (match, now) => ({
    since: startOfDay(now) - DAY,
    until: match[0].startsWith("since") ? now : startOfDay(now),
  })],
  [/\blast night\b/, (_, now) => ({ since: startOfDay(now) - 6 * HOUR, until: startOfDay(now) + 6 * HOUR })],
  [/\b(?:earlier )?(?:today|this morning|this afternoon|this evening|tonight)\b/, (_, now) => ({
    since: startOfDay(now),
    until: now,
  })],
  [/\bthis week\b/, (_, now) => ({ since: startOfWeek(now), until: now })],
  [/\blast week\b/, (_, now) => ({ since: startOfWeek(now) - 7 * DAY, until: startOfWeek(now) })],
  [/\bthis month\b/, (_, now) => ({ since: startOfMonth(now, 0), until: now })],
  [/\blast month\b/, (_, now) => ({ since: startOfMonth(now, -1), until: startOfMonth(now, 0) })],
  [
    /\b(?:in|over|during|within) the (?:last|past) (?:(\d{1,3}|few|couple of|two|three) )?(minute|hour|day|week|month)s?\b/,
    (match, now) => ({ since: now - amount(match[1]) * UNITS[match[2]!]!, until: now }),
  ],
  [/\b(\d{1,3}|an?|one|two|three|a few|a couple of) (minute|hour|day|week|month)s? ago\b/, aboutThen],
  [new RegExp(`\\b(on |last |since )?(${WEEKDAYS.join("|")})\\b`), (match, now) => {
    const back = (new Date(now).getUTCDay() - WEEKDAYS.indexOf(match[2]!) + 7) % 7;
    const days = back === 0 && match[1] === "last " ? 7 : back;
    const since = startOfDay(now) - days * DAY;
    return { since, until: match[1] === "since " ? now : Math.min(now, since + DAY) };
  }],
];

/** The first span of time that a text speaks of; the text is in lower case. */
export function timeSpanIn(text: string, now: number): TimeSpan | undefined {
  for (const [pattern, read] of READERS) {
    const match = pattern.exec(text);
    if (!match) continue;
    const { since, until } = read(match, now);
    if (!Number.isNaN(since)) return { words: match[0], since, until };
  }
  return undefined;
}

/** "3 hours ago" is that hour and the one before and after; "2 days ago" is that whole day. */
function aboutThen(match: RegExpExecArray, now: number): { since: number; until: number } {
  const unit = UNITS[match[2]!]!;
  const then = now - amount(match[1]) * unit;
  if (unit === DAY) return { since: startOfDay(then), until: startOfDay(then) + DAY };
  return { since: then - unit, until: Math.min(now, then + unit) };
}

function amount(words: string | undefined): number {
  if (words === undefined) return 1;
  const word = words.replace(/^a (?=few|couple)| of$/g, "");
  return NUMBERS[word] ?? Number(word);
}

function startOfDay(time: number): number {
  return Math.floor(time / DAY) * DAY;
}

/** Weeks begin on Monday. */
function startOfWeek(time: number): number {
  return startOfDay(time) - (new Date(time).getUTCDay() + 6) % 7 * DAY;
}

function startOfMonth(time: number, months: number): number {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
}
