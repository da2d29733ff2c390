/** What others write, rendered in a real Chromium. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { buildPage, noChromium, TestBrowser } from "./chromium.ts";
import { HOSTILE_BODIES } from "./hostile_bodies.ts";
import type { LineClient } from "../line_client.ts";
import { TestServer } from "../test_server.ts";

/** What a message may be made of, and which attributes each may have. */
const ALLOWED: Readonly<Record<string, string>> = {
  A: "href target rel title class",
  BDI: "class",
  BLOCKQUOTE: "",
  BR: "",
  BUTTON: "type class aria-label",
  CODE: "data-language",
  DEL: "",
  DIV: "class dir tabindex role aria-label",
  EM: "",
  HR: "",
  LI: "",
  OL: "start",
  P: "",
  PRE: "tabindex role aria-label",
  SPAN: "class role",
  STRONG: "",
  TABLE: "",
  TBODY: "",
  TD: "",
  TH: "",
  THEAD: "",
  TR: "",
  UL: "",
};
/** The page's own, which none of the bodies can ask for. */
const CLASSES = /^(reference|mention|link-target|scroll-box|code-[a-z]+)$/;

for (const width of [320, 1280]) {
  Deno.test({
    name: `No message runs a script, loads anything or leaves its place at ${width} pixels`,
    ignore: noChromium,
    fn: async () => {
      await buildPage();
      await using server = await TestServer.start();
      await using browser = await TestBrowser.start(server.url);
      const page = await browser.signIn("reader", { viewport: { width, height: 700 } });
      page.on("dialog", (dialog) => {
        browser.problems.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      const mallory = await server.json("mallory");
      for (let at = 0; at < HOSTILE_BODIES.length; at += TOGETHER) {
        await checkAll(page, mallory, HOSTILE_BODIES.slice(at, at + TOGETHER));
      }
      assert.equal(await page.evaluate("window.ranScript"), undefined);
      assert.equal(new URL(page.url()).origin, server.url);
    },
  });
}

/** So many are sent before the page is looked at. */
const TOGETHER = 15;

async function checkAll(page: Page, sender: LineClient, bodies: readonly string[]): Promise<void> {
  const seqs = [];
  for (const body of bodies) seqs.push(Number((await sender.say("#general", body)).metadata.seq));
  await page.locator(`[data-seq="${seqs.at(-1)}"]`).waitFor();
  for (const [index, body] of bodies.entries()) await checkRow(page, seqs[index]!, body);
}

interface RowReport {
  /** `TAG attribute attribute …` */
  elements: string[];
  classes: string[];
  links: string[];
  overflow: number;
  pageOverflow: number;
  height: number;
  ran: unknown;
}

async function checkRow(page: Page, seq: number, body: string): Promise<void> {
  const what = JSON.stringify(body.slice(0, 80));
  const report = await page.evaluate<RowReport>(`(${reportOn})(${seq})`);
  assert.deepEqual(report.elements.filter((each) => !isAllowed(each)), [], `elements of ${what}`);
  assert.deepEqual(report.classes.filter((each) => !CLASSES.test(each)), [], `classes of ${what}`);
  assert.deepEqual(report.links, [], `links of ${what}`);
  assert.ok(report.overflow <= 0, `${what} is ${report.overflow} px too wide`);
  assert.ok(report.pageOverflow <= 0, `${what} widens the page by ${report.pageOverflow} px`);
  assert.ok(report.height <= 700, `${what} is ${report.height} px high`);
  assert.equal(report.ran, undefined, `${what} ran`);
}

function isAllowed(element: string): boolean {
  const [tag, ...attributes] = element.split(" ");
  const allowed = ALLOWED[tag!]?.split(" ");
  return allowed !== undefined && attributes.every((each) => allowed.includes(each));
}

/** Runs in the page. */
const reportOn = `function (seq) {
  const row = document.querySelector('[data-seq="' + seq + '"]');
  const body = row.querySelector(".body");
  const all = [...body.querySelectorAll("*")];
  const log = document.querySelector('.timeline-scroller');
  return {
    elements: all.map((each) => [each.tagName, ...each.getAttributeNames()].join(" ")),
    classes: all.flatMap((each) => [...each.classList]),
    links: all.filter((each) => each.tagName === "A").filter((each) => each.className.startsWith("reference")
        ? !each.getAttribute("href").startsWith("#/")
        : !["http:", "https:", "mailto:"].includes(each.protocol) || each.origin === location.origin ||
          each.rel !== "noopener noreferrer" || each.target !== "_blank")
      .map((each) => each.outerHTML),
    overflow: log.scrollWidth - log.clientWidth,
    pageOverflow: document.documentElement.scrollWidth - innerWidth,
    height: row.getBoundingClientRect().height,
    ran: window.ranScript,
  };
}`;
