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

/** A light stemmer for English: it need not be right, only the same for the forms of one word. */
export function stemOf(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  let stem = word;
  if (stem.endsWith("ies") && stem.length > 4) stem = stem.slice(0, -3) + "y";
  else if (/(?:ss|sh|ch|x|z)es$/.test(stem)) stem = stem.slice(0, -2);
  else if (stem.endsWith("s") && !/(?:ss|us|is|as)$/.test(stem)) stem = stem.slice(0, -1);
  const base = /^(.*[aeiouy].*?)(?:ing|ed)$/.exec(stem)?.[1];
  if (base !== undefined && base.length > 2) stem = base.replace(/([bdfgmnprt])\1$/, "$1");
  return stem.length > 3 ? stem.replace(/e$/, "") : stem;
}

/** Words that say nothing of a question's subject. */
const EMPTY_WORDS = `
  a about after again ago all already also always am an and another any anybody anyone anything are aren around as at
  ask be because been before being best better bit both but by came can cannot could couldn d did didn do does doesn
  doing don done dont down each either else etc even ever every everybody everyone everything exactly example examples
  explain few find five for from get gets getting give gives go goes going gonna good got had happen happens has have
  haven having he her here hers him his how hows however i id if ill im in instead into is isn isnt it its itself ive
  just kind know let like little ll look lot lots m made make makes making many matter may maybe me mean means might
  mine more most much must my myself need needs never new nice no nor not nothing now of off often ok okay on once
  one ones only onto or other others our out over own people please pls plz possible properly put quick quickly quite
  rather re really recommended right s same say see seem shall she should show simple simply so some somebody someone
  something sometimes somewhere soon still stuff such sure t take tell than that thats the their them then there
  these they thing things think this those through thus to together too try trying two u under until up ur us use
  used uses using usually ve very via want wanted wants was wasn way ways we well were weren what whats when where
  wheres whether which while who whole whom whose why will wish with within without won would wouldn write yes yet
  you your yours
  actually basically difference different differences vs versus compare compared comparison concept understand work
  works working worth useful advice tip tips tips help guide lesson recommend recommended question questions answer
  possible way short long easy easily hard best practice practices good fast bad problem problems issue issues wrong
  correct correctly start started begin beginning first next step steps learn teach describe definition define called
  call back come comes
  accept allow appear apply avoid away believe belong bring care case cause certain choose clear colleague common completely
  constantly consider correct current currently decide depend double effect enough end especially expect fall fine fix fixed follow friend
  general guess handle hear hold hope hundred huge idea immediately important improve include inside intend large late
  later least leads less line live located longer lose lost main mind moment nearly necessary normal normally notice
  number obviously occur opinion order part particular perhaps permanently place plan point prefer prevent probably proper
  pros cons purpose reach real reason recent regularly remain remember replace rest safe safely seconds seem separate serious several side silently
  simple since single slow slowly small soon special specific suddenly suggest suitable suppose switch talk team
  thousand total trouble true turn under understand unlike usual usually various wait warn weird whenever wonder
  wish correctly keep keeps set sets run runs running stop change add show shows
`;

const EMPTY: ReadonlySet<string> = new Set(
  EMPTY_WORDS.trim().split(/\s+/).flatMap((word) => [word, stemOf(word)]),
);

/** Whether a word alone says nothing of what a question is about. */
export function isEmptyWord(word: string): boolean {
  return EMPTY.has(word) || EMPTY.has(stemOf(word));
}
