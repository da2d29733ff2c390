/** Links in what somebody wrote: out of the page, always telling where to; to rooms and people, inside of it. */

import { references } from "../../state/reading/references.ts";
import { isRoom, isSameUser } from "../../state/keys.ts";
import { looksLikeAnother } from "../../state/finding/lookalikes.ts";
import { addressOf } from "../../state/finding/address.ts";
import { LOOKALIKE_WORDS } from "./name_text.tsx";
import { element, type Nodes } from "./element.ts";

const LINKED = /^(?:https?:\/\/|mailto:)/i;
/** What reads like a host's name, in any script and with any of its dots (UTS 46). */
const HOST_LIKE = /(?:[\p{L}\p{N}_-]+[.。．｡])+[\p{L}\p{N}-]{2,}/gu;

/** A link to `href`, or, where that is nothing to link to, what was written. */
export function linkOut(href: string, words: Nodes, raw: string): Nodes {
  const url = LINKED.test(href) && URL.canParse(href) ? new URL(href) : null;
  if (!url) return [raw];
  const link = element("a", words);
  const claimed = link.textContent ?? "";
  link.href = url.href;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.title = url.href;
  if (isMisleading(claimed, url)) link.append(element("bdi", [target(url)], "link-target"));
  return [link];
}

/** Whether somebody who reads `claimed` could expect to get elsewhere. */
function isMisleading(claimed: string, url: URL): boolean {
  if (url.protocol === "mailto:") return claimed.includes("@") && !claimed.includes(url.pathname);
  if (url.username !== "" || url.password !== "" || url.hostname.includes("xn--")) return true;
  const text = claimed.normalize("NFKC").toLowerCase();
  if (text === url.href || text + "/" === url.href) return false;
  const [first] = text.match(HOST_LIKE) ?? [];
  if (first === undefined) return /:\/\//.test(text) && !text.includes(url.hostname);
  return withoutWww(first) !== withoutWww(url.hostname);
}

function target(url: URL): string {
  return url.protocol === "mailto:" ? url.pathname : url.host;
}

function withoutWww(host: string): string {
  return host.replace(/^www\./, "");
}

/** Rooms and people that a text names lead to them. @param me the reader; undefined where there is no chat around */
export function textWithReferences(text: string, me: string | undefined): Nodes {
  if (me === undefined) return [text];
  const nodes: (Node | string)[] = [];
  let end = 0;
  for (const reference of references(text)) {
    nodes.push(text.slice(end, reference.start), referenceTo(reference.name, text, reference, me));
    end = reference.end;
  }
  nodes.push(text.slice(end));
  return nodes.filter((node) => node !== "");
}

function referenceTo(
  name: string,
  text: string,
  at: { start: number; end: number },
  me: string,
): Node {
  const link = element("a", [element("bdi", [text.slice(at.start, at.end)])], "reference");
  link.href = addressOf({ name });
  if (looksLikeAnother(name)) {
    link.append(element("span", ["≈"], "lookalike"));
    link.title = LOOKALIKE_WORDS;
  }
  if (isRoom(name) || !isSameUser(name, me)) return link;
  link.className = "reference mention";
  return link;
}
