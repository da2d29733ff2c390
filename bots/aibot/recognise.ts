/**
 * Recognises what a question is about, without a model.
 *
 * Method: the question is split into words, slips are mended, and words become stems. Each topic has weighted cues, words or
 * phrases that speak for it, and shares cues with the other topics of its subject ("python"). A topic's score is what its
 * cues found, plus what its subject's cues found (up to a limit), less a penalty for each word that it leaves unexplained: much for a word that
 * no topic knows, little for one that another topic knows, next to nothing for a word of computing in general. So "join a room" is
 * Parley's, while "join the army" falls below the threshold since nobody explains "army". The highest score over the threshold wins;
 * below it the agent admits that it does not know. bench/aibot.ts measures it.
 */

import { calculationIn } from "./calculate.ts";
import { COMPUTING_WORDS } from "./computing_words.ts";
import { type Lookup, lookupIn } from "./lookup.ts";
import { nearestWord } from "./spelling.ts";
import type { Cue, Topic } from "./topic.ts";
import { OVERVIEWS, TOPICS } from "./topics.ts";
import { isEmptyWord, readWords, stemOf, type Word } from "./words.ts";

export type Recognised =
  | { readonly kind: "topic"; readonly topic: Topic; readonly score: number }
  | { readonly kind: "lookup"; readonly lookup: Lookup }
  | { readonly kind: "arithmetic"; readonly expression: string; readonly value: number }
  /** `near`: topics that the question came close to, the likeliest first. */
  | { readonly kind: "unknown"; readonly near: readonly Topic[] };

/** What a topic has to reach: one cue of 2 with nothing against it. */
const THRESHOLD = 2;
/** What is close enough to be offered. */
const NEAR = 1;
const SUBJECT_LIMIT = 3.5;
const PENALTY_LIMIT = 4;
const PENALTIES = { unknown: 1.5, ofOtherTopic: 0.5, ofComputing: 0.15, mended: 0.3 } as const;
/** Words between two words of a phrase. */
const PHRASE_GAP = 2;
/** A question of more words than this is cut: its subject is named early or not at all. */
const WORDS_MAX = 60;

/** @param now milliseconds since 1970; days such as "yesterday" are counted from it, in UTC */
export function recognise(question: string, now: number): Recognised {
  const calculation = calculationIn(question);
  if (calculation) return { kind: "arithmetic", ...calculation };
  const lookup = lookupIn(question, now);
  if (lookup) return { kind: "lookup", lookup };
  const ranked = rank(question);
  const best = ranked[0];
  if (best && best.score >= THRESHOLD) return { kind: "topic", ...best };
  return { kind: "unknown", near: ranked.slice(0, 2).map(({ topic }) => topic) };
}

interface Ranked {
  readonly topic: Topic;
  readonly score: number;
}

function rank(question: string): Ranked[] {
  const words = readWords(question).slice(0, WORDS_MAX).map(mend);
  return TOPICS.map((topic) => ({ topic, score: scoreOf(topic, words) }))
    .filter(({ score }) => score >= NEAR)
    .sort((a, b) => b.score - a.score);
}

interface QuestionWord extends Word {
  /** What it costs a topic to leave this word unexplained. */
  readonly penalty: number;
}

const CUE_WORDS: readonly Word[] = TOPICS.flatMap(({ cues, subjectCues }) => [...cues, ...subjectCues])
  .flatMap(({ words, weight }) => weight > 0 ? words : [])
  .filter(({ text }) => !isEmptyWord(text));
const CUE_STEMS: ReadonlySet<string> = new Set(CUE_WORDS.map(({ stem }) => stem));
const COMPUTING_STEMS: ReadonlySet<string> = new Set(COMPUTING_WORDS.map(stemOf));
const KNOWN_WORDS: ReadonlySet<string> = new Set([...CUE_WORDS.map(({ text }) => text), ...COMPUTING_WORDS]);

function mend(word: Word): QuestionWord {
  const penalty = penaltyOf(word);
  if (penalty !== PENALTIES.unknown) return { ...word, penalty };
  const meant = nearestWord(word.text, KNOWN_WORDS);
  if (meant === undefined) return { ...word, penalty };
  const mended = { text: meant, stem: stemOf(meant) };
  return { ...mended, penalty: penaltyOf(mended) + PENALTIES.mended };
}

function penaltyOf({ text, stem }: Word): number {
  if (isEmptyWord(text) || /^\d+$/.test(text)) return 0;
  if (COMPUTING_STEMS.has(stem)) return PENALTIES.ofComputing;
  return CUE_STEMS.has(stem) ? PENALTIES.ofOtherTopic : PENALTIES.unknown;
}

function scoreOf(topic: Topic, words: readonly QuestionWord[]): number {
  const explained = new Set<number>();
  const own = weigh(topic.cues, words, explained);
  if (own <= 0 && !(own === 0 && OVERVIEWS.has(topic))) return 0;
  const subject = Math.min(SUBJECT_LIMIT, weigh(topic.subjectCues, words, explained));
  const penalty = words.reduce((sum, word, index) => explained.has(index) ? sum : sum + word.penalty, 0);
  return own + subject - Math.min(PENALTY_LIMIT, penalty);
}

function weigh(cues: readonly Cue[], words: readonly QuestionWord[], explained: Set<number>): number {
  let sum = 0;
  for (const cue of cues) {
    const places = placesOf(cue, words);
    if (!places) continue;
    sum += cue.weight;
    for (const place of places) explained.add(place);
  }
  return sum;
}

/** Where in the question the words of a cue stand; undefined where they do not. */
function placesOf(cue: Cue, words: readonly QuestionWord[]): number[] | undefined {
  if (cue.isWhole) return wholePlaces(cue, words);
  if (cue.isUnordered) return unorderedPlaces(cue, words);
  for (let start = 0; start < words.length; start++) {
    const places = phrasePlaces(cue, words, start);
    if (places) return places;
  }
  return undefined;
}

function phrasePlaces(
  cue: Cue,
  words: readonly QuestionWord[],
  start: number,
): number[] | undefined {
  const places: number[] = [];
  let from = start;
  for (const wanted of cue.words) {
    const last = places.length === 0 ? start : from + PHRASE_GAP;
    let place = from;
    while (place <= last && place < words.length && !fits(cue, wanted, words[place]!, words[place - 1])) {
      place++;
    }
    if (place > last || place >= words.length) return undefined;
    places.push(place);
    from = place + 1;
  }
  return places;
}

function unorderedPlaces(cue: Cue, words: readonly QuestionWord[]): number[] | undefined {
  const places = cue.words.map((wanted) => words.findIndex((word) => fits(cue, wanted, word)));
  return places.includes(-1) ? undefined : places;
}

/** Said before or after a question without changing it. */
const POLITE: ReadonlySet<string> = new Set(
  [
    "hi",
    "hello",
    "hey",
    "please",
    "so",
    "ok",
    "then",
    "bot",
    "exactly",
    "actually",
    "now",
    "and",
    "tell",
    "pls",
  ],
);

function wholePlaces(cue: Cue, words: readonly QuestionWord[]): number[] | undefined {
  const rest = words.flatMap((word, place) => POLITE.has(word.text) ? [] : [{ word, place }]);
  if (rest.length !== cue.words.length) return undefined;
  return rest.every(({ word }, index) => fits(cue, cue.words[index]!, word))
    ? rest.map(({ place }) => place)
    : undefined;
}

function fits({ weight }: Cue, wanted: Word, word: Word, before?: Word): boolean {
  if (wanted.text === "_") return !isEmptyWord(word.text) && !DETERMINERS.has(before?.text ?? "");
  // What speaks against a topic has to be that very word: "pythons" are snakes.
  return weight < 0 ? wanted.text === word.text : wanted.stem === word.stem;
}

/** Participants are named, not described: "message bob", but not "message my congressman". */
const DETERMINERS: ReadonlySet<string> = new Set([
  "a",
  "an",
  "the",
  "my",
  "your",
  "his",
  "her",
  "our",
  "their",
]);
