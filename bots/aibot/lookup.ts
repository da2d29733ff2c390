/** Questions about what was said: "what did bob say about the release?", "who talked about lunch yesterday?" */

import { isUserName } from "../../protocol/names.ts";
import { type TimeSpan, timeSpanIn } from "./lookup_time.ts";
import { isGrammarWord, stemOf } from "./words.ts";

export interface Lookup {
  /** Whose messages; `me` is the asker, `you` the bot; undefined for anybody's. */
  readonly from?: string;
  /** What to look for: words, and phrases that hold a space. Letters, digits, `_` and spaces only, so that they cannot be read as options. */
  readonly terms: readonly string[];
  readonly span?: TimeSpan;
  /** `here`: where the question was asked. A room's name has its `#`. */
  readonly scope: { readonly kind: "here" | "everywhere" } | { readonly kind: "room"; readonly room: string };
  /** Whether it asks for names rather than words. */
  readonly asksWho: boolean;
}

const NAME = "@?(?<who>[a-z0-9][a-z0-9_.-]{0,31})";
/** Between a helping verb and the verb. */
const FILL = "(?: (?:ever|just|already|been|actually|really|recently|last|first|once|all|now|again|also))*";
const SAY =
  "(?:say|said|says|saying|write|wrote|written|writing|mention(?:ed|ing|s)?|talk(?:ed|ing)?|discuss(?:ed|ing)?|" +
  "post(?:ed|ing)?|tell|told|telling|ask(?:ed|ing)?|bring up|brought up|bringing up|report(?:ed)?|suggest(?:ed)?|" +
  "propose(?:d)?|announce(?:d)?|share(?:d)?|sen[dt]|comment(?:ed)?|spoke|speak|spoken|decide(?:d)?|agree(?:d)?|think|thought|claim(?:ed)?|explain(?:ed)?)";
/** Done to a subject: "was the budget discussed". */
const SPOKEN_OF =
  "(?:said|mentioned|discussed|talked about|brought up|spoken about|spoken of|written about|written|posted|decided|agreed|announced)";
const ABOUT = "(?:about|on|regarding|concerning|with regard to|re|of|related to|around)";
/** Who does not say these in passing: "who wrote Hamlet" is not about this chat, "who wrote about Hamlet" is. */
const WHO_SAID =
  `(?:said|say|says|mention(?:ed|s|ing)?|brought up|bringing up|discuss(?:ed|ing)|posted|posting|shared|` +
  `(?:talk(?:ed|s|ing)?|wrote|writes|written|writing|spoke|speaking|spoken|ask(?:ed|ing)?|comment(?:ed)?|complain(?:ed|ing)?|said (?:any|some)thing|wrote (?:any|some)thing) ${ABOUT})`;
const REST = "(?<rest>.*)";
const MESSAGES =
  "(?:messages?|posts?|lines?|quotes?|statements?|comments?|links?|mentions?|everything|anything|something|all|things)";

/** Tried in this order on the question in lower case, without politeness and times. */
const FORMS: readonly { readonly pattern: RegExp; readonly asksWho?: true }[] = [
  // who (has) talked about lunch
  {
    pattern: form(`who(?: (?:has|have|had|was|is|were|else|all))*${FILL} ${WHO_SAID} ${REST}`),
    asksWho: true,
  },
  // when was the last time anyone mentioned the printer
  { pattern: form(`when was the (?:last|first) time(?: that)? ${NAME}${FILL} ${SAY} ${REST}`) },
  // what did bob say about the release; what has dave been saying; where did alice post the link; when did …
  {
    pattern: form(
      `(?:what|when|where|why)(?: (?:else|all|exactly))? (?:did|has|have|had|was|were|does) ${NAME}${FILL} ${SAY}(?: ${REST})?`,
    ),
  },
  // did anyone mention the outage; has anybody said something about python
  { pattern: form(`(?:did|has|have|had|was|were) ${NAME}${FILL} ${SAY} ${REST}`) },
  // what was said about the database; what has been decided on …
  {
    pattern: form(
      `(?:what|anything|something|everything)(?: (?:else|all))?(?: (?:was|were|has been|have been|is|got))?${FILL} ${SPOKEN_OF}(?: here)? ${ABOUT} ${REST}`,
    ),
  },
  // (remind me) what erin said about the meeting
  { pattern: form(`what ${NAME}${FILL} ${SAY}(?: ${REST})?`) },
  // when was the budget mentioned; was lunch discussed
  { pattern: form(`(?:when|where) (?:was|were|has|have|did) (?<rest>.+?)${FILL} ${SPOKEN_OF}`) },
  {
    pattern: form(
      `(?:was|were|has|have) (?<rest>.+?)${FILL} (?:mentioned|discussed|talked about|brought up|announced)`,
    ),
  },
  // find what frank said about the vpn
  {
    pattern: form(
      `(?:find|search(?: for)?|look up|look for|show|list|get|quote)(?: me)? what ${NAME}${FILL} ${SAY}(?: ${REST})?`,
    ),
  },
  // search for messages from carol about invoices; find messages about x
  {
    pattern: form(
      `(?:find|search(?: for)?|look up|look for|show|list|get)(?: me)?(?: (?:all|any|every|the|some))* ${MESSAGES}(?: of| that| which)? (?:from|by|of|sent by|written by) ${NAME}(?: ${REST})?`,
    ),
  },
  {
    pattern: form(
      `(?:find|search(?: for)?|look up|look for|show|list|get)(?: me)?(?: (?:all|any|every|the|some))* ${MESSAGES}(?: (?:that|which))? (?:about|on|regarding|concerning|with|mentioning|containing|that mentions?) ${REST}`,
    ),
  },
  // anything from bob about the release
  { pattern: form(`(?:any|some)thing (?:from|by) ${NAME} ${ABOUT} ${REST}`) },
];

function form(source: string): RegExp {
  return new RegExp(`^${source}$`, "i");
}

const PEOPLE: ReadonlySet<string> = new Set(
  `anyone anybody someone somebody everyone everybody we they people others folks you-all y'all team us it that there
   he she the a an this these those one no my your his her our their some any all`.split(/\s+/),
);
/** Of the words in the place of a name, these say that the question is not about a participant: "what did the president say". */
const NO_NAMES: ReadonlySet<string> = new Set(
  "it that there the a an this these those no my your his her our their some".split(" "),
);

const POLITE =
  /^(?:(?:hi|hey|hello|ok|okay|so|and|please|pls|aibot|bot)[,:! ]+|(?:(?:can|could|would|will) you (?:please )?|do you (?:know|remember) |i(?:'d| would) like to know |i want to know |please )?(?:(?:tell|remind|show) me (?:again )?)?(?=what|when|who|where|did|has|have|was|were|any|some|find|search|look)|(?:can|could|would) you (?:please )?(?=find|search|look|show|list|get|quote)|do you (?:know|remember) (?:if|whether) (?=\w))+/i;
const EVERYWHERE =
  /\b(?:everywhere|anywhere|in (?:all|any|every|other) (?:of (?:the|my) )?(?:rooms?|conversations?|chats?|channels?)|on the whole server)\b/i;
const HERE = /\b(?:in here|here|in (?:this|the) (?:room|chat|conversation|channel))\b/i;
const ROOM = /\b(?:in|from|on) (#[\p{L}\p{M}\p{Nd}_.-]{1,48})/iu;
const LENGTH_MAX = 300;
const TERMS_MAX = 6;

/** The lookup that a question asks for; undefined where it is none. */
export function lookupIn(question: string, now: number): Lookup | undefined {
  // First of all: the patterns below take long over a long text.
  if (question.length > LENGTH_MAX) return undefined;
  let text = withoutEnd(squeeze(question)).replace(POLITE, "");
  const scope = scopeIn(text);
  text = squeeze(text.replace(EVERYWHERE, " ").replace(ROOM, " ").replace(HERE, " "));
  const span = timeSpanIn(text.toLowerCase(), now);
  if (span) text = squeeze(cut(text, span.words));
  for (const { pattern, asksWho = false } of FORMS) {
    const groups = pattern.exec(text)?.groups;
    if (!groups) continue;
    const from = speakerOf(groups.who);
    if (from === null) return undefined;
    const terms = termsOf(groups.rest ?? "");
    if (asksWho && terms.length === 0) return undefined;
    return { terms, scope, asksWho, ...(from === undefined ? {} : { from }), ...(span ? { span } : {}) };
  }
  return undefined;
}

function scopeIn(text: string): Lookup["scope"] {
  const room = ROOM.exec(text)?.[1];
  if (room !== undefined) return { kind: "room", room: room.replace(/[.-]+$/, "") };
  return { kind: EVERYWHERE.test(text) ? "everywhere" : "here" };
}

/** Undefined for anybody; null where the word is no participant. */
function speakerOf(word: string | undefined): string | undefined | null {
  if (word === undefined) return undefined;
  const name = word.toLowerCase().replace(/[.]+$/, "");
  if (name === "i") return "me";
  if (NO_NAMES.has(name)) return null;
  if (PEOPLE.has(name)) return undefined;
  return isUserName(name) ? name : null;
}

/** What is in quotation marks is a phrase; else each word that means something is a term. */
function termsOf(text: string): string[] {
  const phrases = [...text.matchAll(/["“”'‘’]([^"“”'‘’]{2,80})["“”'‘’](?!\p{L})/gu)].map((match) =>
    plainWords(match[1]!).join(" ")
  );
  const quoted = phrases.filter((phrase) => phrase !== "");
  if (quoted.length > 0) return quoted.slice(0, TERMS_MAX);
  const words = plainWords(text).filter((word) => !isFiller(word));
  return [...new Set(words)].slice(0, TERMS_MAX);
}

function plainWords(text: string): string[] {
  return text.replace(/['’]s\b/g, "").toLowerCase().match(/[\p{L}\p{M}\p{N}_]+/gu) ?? [];
}

const FILLERS: ReadonlySet<string> = new Set(
  "anything something everything word thing things topic subject matter last time far lately recently earlier link links message messages"
    .split(" "),
);

function isFiller(word: string): boolean {
  return FILLERS.has(word) || isGrammarWord(word);
}

/** A term as `/find` takes it: a phrase in quotation marks, a longer word by its beginning, so that `deploy` finds "deployed". */
export function searchTerm(term: string): string {
  if (term.includes(" ")) return `"${term}"`;
  return term.length < 4 ? term : `${stemOf(term)}*`;
}

function cut(text: string, words: string): string {
  const at = text.toLowerCase().indexOf(words);
  return text.slice(0, at) + " " + text.slice(at + words.length);
}

const ENDS = "?!. ";

/** Without its last signs. A pattern would look for them from each of them again. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ENDS.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
