/**
 * Markdown that somebody else wrote, as nodes that cannot run anything, load anything, or look like the page's own. The one
 * place where text becomes markup.
 */

import DOMPurify from "dompurify";
import { Marked, type RendererObject } from "marked";
import { visible } from "./visible_text.ts";

/** HTML in the source is shown as it was written; headings and pictures become what a chat has room for. */
const renderer: RendererObject = {
  html({ text }) {
    return escapeHtml(text);
  },
  heading({ tokens }) {
    return `<p><strong>${this.parser.parseInline(tokens)}</strong></p>`;
  },
  image({ href, text }) {
    return `<a href="${escapeHtml(href)}">${escapeHtml(text || href)}</a>`;
  },
  checkbox({ checked }) {
    return checked ? "☑ " : "☐ ";
  },
};

const marked = new Marked({ gfm: true, breaks: true, async: false, renderer });

const ALLOWED = {
  ALLOWED_TAGS: [
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
  ],
  ALLOWED_ATTR: ["href"],
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:)/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true as const,
};

/** Deeper quotes and lists than this are shown as plain text: they cost time and space, and nobody means them. */
const DEEP_NESTING = /^[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*){9}/m;

/** Runs of characters that Markdown parsers take long to give up on. */
const MANY_DELIMITERS = /[*_~`[\]()<!]{200}|(?:[[(<*_`!][^\n]{0,3}){400}/;

export function renderMarkdown(source: string): DocumentFragment {
  const text = visible(source);
  if (DEEP_NESTING.test(text) || MANY_DELIMITERS.test(text)) return plain(text);
  try {
    return safeFragment(marked.parse(text) as string);
  } catch {
    return plain(text);
  }
}

function safeFragment(html: string): DocumentFragment {
  const fragment = DOMPurify.sanitize(html, ALLOWED);
  for (const link of fragment.querySelectorAll("a")) openElsewhere(link);
  return fragment;
}

function openElsewhere(link: HTMLAnchorElement): void {
  if (!link.hasAttribute("href")) return;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.title = link.href;
}

function plain(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  const paragraph = document.createElement("p");
  paragraph.className = "plain";
  paragraph.textContent = text;
  fragment.append(paragraph);
  return fragment;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
