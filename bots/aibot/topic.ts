/** What the built-in agent knows: topics, each with the words by which it is recognised and its answer. */

import { readWords, type Word } from "./words.ts";

/** Words that speak for a topic when they occur in a question, one after another with at most two others between. */
export interface Cue {
  /** `_` stands for a word that can be somebody's name. */
  readonly words: readonly Word[];
  /** The words have to be the whole question, but for a greeting before and politeness after it. */
  readonly isWhole: boolean;
  /** The words may stand anywhere, in any order. */
  readonly isUnordered: boolean;
  /** 5: unmistakable; 2: enough where nothing speaks against it; below 2: a hint; negative: speaks against it. */
  readonly weight: number;
}

export interface Topic {
  readonly id: string;
  /** As in "I can tell you about TITLE". */
  readonly title: string;
  readonly cues: readonly Cue[];
  /** Cues that all topics of the subject share: they count in full for each, and alone for the first. */
  readonly subjectCues: readonly Cue[];
  /** Markdown. */
  readonly answer: string;
}

export interface TopicText {
  readonly id: string;
  readonly title: string;
  /** As in `venv 5, virtual environment 5, database&publish 2, who are you =3`. */
  readonly cues: string;
  readonly answer: string;
}

/** The topics of one subject, from a table. */
export function readTopics(subjectCues: string, table: readonly TopicText[]): Topic[] {
  const shared = readCues(subjectCues);
  return table.map(({ id, title, cues, answer }) => ({
    id,
    title,
    cues: readCues(cues),
    subjectCues: shared,
    answer: unindent(answer),
  }));
}

/** Cues that differ only in the forms of their words count once, as the heaviest. @throws TypeError where a cue has no weight */
function readCues(text: string): Cue[] {
  const cues = text.split(",").map((part) => part.trim()).filter((part) => part !== "").map(readCue);
  const byStems = new Map<string, Cue>();
  for (const cue of cues.sort((a, b) => a.weight - b.weight)) byStems.set(stemsOf(cue), cue);
  return [...byStems.values()];
}

function stemsOf({ words, weight }: Cue): string {
  return words.map(({ text, stem }) => weight < 0 ? text : stem).join(" ");
}

function readCue(text: string): Cue {
  const [, phrase, whole, weight] = /^(.+?) (=?)(-?[\d.]+)$/.exec(text) ?? [];
  if (phrase === undefined) throw new TypeError(`The cue "${text}" has no weight`);
  return {
    words: phrase.split(/[\s&]+/).flatMap((word) =>
      word === "_" ? [{ text: "_", stem: "_" }] : readWords(word)
    ),
    isWhole: whole === "=",
    isUnordered: phrase.includes("&"),
    weight: Number(weight),
  };
}

/** Takes off the white space that all lines begin with, and the line breaks around them. */
function unindent(text: string): string {
  const lines = text.replace(/^\n|\n\s*$/g, "").split("\n");
  const indents = lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  const indent = Math.min(...indents);
  return lines.map((line) => line.slice(indent)).join("\n");
}
