/** A question as words: split, folded to stems, and told from words that carry no subject. */

/** One word of a question or of a cue. */
export interface Word {
  /** Lower case, as it was written. */
  readonly text: string;
  /** What its forms have in common: `subscribes`, `subscribing` → `subscrib`. */
  readonly stem: string;
}

/** Spellings that are one idea, made one before the text is split. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/\bn\s?\+\s?1\b/g, "nplus1"],
  [/\bweb[ -]sockets?\b/g, "websocket"],
  [/\btype ?script\b/g, "typescript"],
  [/\bjava ?script\b/g, "javascript"],
  [/\bpub ?[/-] ?sub\b/g, "pub sub"],
  [/\bfull-text\b/g, "full text"],
  [/\bpostgresql\b/g, "postgres"],
  [/\bc\+\+/g, "cplusplus"],
  [/\bc#/g, "csharp"],
  [/#[\p{L}\p{N}_.-]+/gu, " #room "],
  [/\.(py|ts|js)\b/g, " .$1 "],
];

const WORD = /(?<![\p{L}\p{N}])[/!]\p{L}+(?![/\p{L}])|#room|[\p{L}\p{N}_]+(?:\.v1\.lines)?|@/gu;

/** Splits a text into words: letters, digits and `_`; `/join` and `!check` keep their sign, `#tea` becomes `#room`. */
export function readWords(text: string): Word[] {
  let plain = text.normalize("NFKC").toLowerCase();
  for (const [spelling, one] of SPELLINGS) plain = plain.replace(spelling, one);
  return (plain.match(WORD) ?? []).map((word) => ({ text: word, stem: stemOf(word) }));
}

/** Nothing longer is a word; the patterns below would take long over it. */
const LONGEST_STEMMED = 40;

/** A light stemmer for English: it need not be right, only the same for the forms of one word. */
export function stemOf(word: string): string {
  if (word.length < 4 || word.length > LONGEST_STEMMED || !/^[a-z]+$/.test(word)) return word;
  let stem = word;
  if (stem.endsWith("ies") && stem.length > 4) stem = stem.slice(0, -3) + "y";
  else if (/(?:ss|sh|ch|x|z)es$/.test(stem)) stem = stem.slice(0, -2);
  else if (stem.endsWith("s") && !/(?:ss|us|is|as)$/.test(stem)) stem = stem.slice(0, -1);
  const base = /^(.*[aeiouy].*?)(?:ing|ed)$/.exec(stem)?.[1];
  if (base !== undefined && base.length > 2) stem = base.replace(/([bdfgmnprt])\1$/, "$1");
  return stem.length > 3 ? stem.replace(/e$/, "") : stem;
}

/** Words of grammar, which say nothing of what a sentence is about. */
const GRAMMAR_WORDS = `
  a about after again ago all already also always am an and another any anybody anyone anything are aren
  around as at be because been before being both but by can cannot could couldn d did didn do does doesn
  doing don done dont down each either else etc even ever every everybody everyone everything for from
  get gets getting got had has have haven having he her here hers him his how however i id if ill im in
  into is isn isnt it its itself ive just like ll m may maybe me might mine more most much must my
  myself no nor not nothing now of off often ok okay on once one ones only onto or other others our out
  over own please pls plz quite rather re really s same shall she should so some somebody someone
  something sometimes somewhere still such sure t than that thats the their them then there these they
  this those through thus to together too u under until up ur us ve very via was wasn we were weren what
  whats when where wheres whether which while who whole whom whose why will with within without won
  would wouldn yes yet you your yours actually basically perhaps probably obviously later whenever vs
  versus
`;

/** Words that occur in questions about anything. */
const VAGUE_WORDS = `
  accept add advice allow answer anyhow appear apply ask avoid away back bad became begin beginning
  believe belong besides best better bit bring broken call called came care case cause certain change
  choose chosen clear colleague come comes common compare compared comparison completely concept cons
  consider constantly correct correctly current currently decide define definition depend describe
  difference differences different double dozen easily easy effect end enough especially exactly example
  examples expect explain fall fast few find fine first five fix fixed follow found friend general give
  given gives go goes going gone gonna good guess guide half handle happen happens hard hear help hint
  hints hold hope hows huge hundred idea immediately important improve include inside instead intend
  issue issues keep keeps kept kind know known large late leads learn least less lesson let line little
  live located long longer look lose lost lot lots made main make makes making many matter mean means
  meanwhile mess messy million millions mind moment nearly necessary need needs never new next nice
  normal normally notice number occur opinion order part particular people permanently place plan point
  possible practice practices prefer prevent problem problems proper properly pros purpose put question
  questions quick quickly reach real reason recent recommend recommended regularly remain remember
  replace rest right rule rules run running runs safe safely saw say seconds see seem seen separate
  serious set sets several short show shown shows side silently simple simply since single sit slow
  slowly small soon special specific stand start started step steps stop stuck stuff suddenly suggest
  suitable suppose switch take taken talk teach team tell ten thing things think thousand tip tips told
  total trick tricks trouble true try trying turn two understand unlike use used useful uses using usual
  usually various wait want wanted wants warn way ways weird well went wish wonder work working works
  worth write wrong
`;

const GRAMMAR: ReadonlySet<string> = new Set(GRAMMAR_WORDS.trim().split(/\s+/));
const VAGUE: ReadonlySet<string> = new Set(
  VAGUE_WORDS.trim().split(/\s+/).flatMap((word) => [word, stemOf(word)]),
);

const ADVERB = /^[a-z]{4,}ly$/;

export function isGrammarWord(word: string): boolean {
  return GRAMMAR.has(word);
}

/** Whether a word alone says nothing of what a question is about. */
export function isEmptyWord(word: string): boolean {
  return GRAMMAR.has(word) || VAGUE.has(word) || VAGUE.has(stemOf(word)) || ADVERB.test(word);
}
