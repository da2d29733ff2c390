/** What others write, rendered in a real Chromium. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { browserTest, buildPage, messages, NEEDS_CHROMIUM, open, TestBrowser } from "./chromium.ts";
import { HOSTILE_BODIES } from "./hostile_bodies.ts";
import type { LineClient } from "../line_client.ts";
import { bot } from "../scenario.ts";
import { TestServer } from "../test_server.ts";

/** What a message may be made of, and which attributes each may have. */
const ALLOWED: Readonly<Record<string, string>> = {
  A: "href target rel title class tabindex",
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
const CLASSES = /^(reference|mention|link-target|lookalike|scroll-box|code-[a-z]+)$/;

for (const width of [320, 1280]) {
  Deno.test({
    name: `No message runs a script, loads anything or leaves its place at ${width} pixels`,
    ...NEEDS_CHROMIUM,
    fn: async () => {
      await buildPage();
      await using server = await TestServer.start();
      await using browser = await TestBrowser.start(server.url);
      const page = await browser.signIn("reader", { viewport: { width, height: 2400 } });
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

browserTest(
  "Names of rooms, metadata, drafts, readings and what is found are words too",
  async ({ server, browser }) => {
    const page = await browser.signIn("reader");
    const { token } = JSON.parse(await page.evaluate('localStorage.getItem("parley.session")'));
    const reader = await server.json("", { token });
    const mallory = await bot(server, "mallory");
    await reader.command("/subscribe mallory");
    for (const room of ROOM_NAMES) {
      await reader.command(`/join ${room}`);
      await mallory.command(`/join ${room}`);
      await mallory.say(room, `<img src=x onerror=window.ranScript=1> @reader in ${room}`);
    }
    for (const metadata of METADATA) {
      await mallory.say("reader", "<b>metadata</b>", { metadata });
      await mallory.say("", "<b>reading</b>\u202e", { type: "subscription", metadata });
    }
    await open(page, "mallory");
    await messages(page, "<b>metadata</b>").last().waitFor();
    await page.getByText("<b>reading</b>‹RLO›").last().waitFor();
    await page.getByRole("button", { name: "latest" }).click();
    await draftInPieces(mallory, page);
    await page.getByRole("navigation").getByRole("button", { name: "Search" }).click();
    await page.getByRole("search").getByRole("searchbox").fill("metadata");
    await page.getByRole("search").getByRole("searchbox").press("Enter");
    await page.locator(".result").first().waitFor();
    await page.setViewportSize({ width: 320, height: 700 });
    const report = await page.evaluate<number[]>(`[
    window.ranScript ?? 0,
    document.documentElement.scrollWidth - innerWidth,
    document.querySelectorAll("body img, body b").length,
  ]`);
    assert.deepEqual(report.map((each) => Math.max(0, each)), [0, 0, 0]);
  },
);

/** An answer that grows in the middle of markup, of an entity, of a fence and of a letter. */
async function draftInPieces(sender: LineClient, page: Page): Promise<void> {
  let text = "";
  for (
    const delta of [
      "```ht",
      "ml\n<scr",
      "ipt>window.ranScript=1</sc",
      "ript>\n``",
      "`\n\n[x](javasc",
      "ript:1) <im",
      "g src=x one",
      "rror=window.ranScript=1> [a](http://els",
      "ewhere.test) e\u0301",
      "\u0301 done",
    ]
  ) {
    text += delta;
    const metadata = { draft: "one", delta };
    sender.send(JSON.stringify({ type: "command", message: "/draft", destination: "reader", metadata }));
  }
  const row = page.locator('[data-state="writing"]');
  await row.getByText("done").waitFor();
  assert.equal(await row.locator("img, script").count(), 0);
  assert.deepEqual(
    await row.locator(".body a").evaluateAll((links) => links.map((link) => link.getAttribute("href"))),
    [
      "http://elsewhere.test/",
    ],
  );
  const written = await row.locator(".body").innerText();
  await sender.say("reader", text, { metadata: { draft: "one" } });
  await row.waitFor({ state: "detached" });
  assert.equal(
    await messages(page, "done").locator(".body").innerText(),
    written,
    "the whole looks like its parts",
  );
}

/** As far as the server takes them: letters and marks of any script. */
const ROOM_NAMES = [
  "#" + "w".repeat(48),
  "#" + "z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308".repeat(4),
  "#שלום-עולם",
  "#gеneral",
  "#__proto__",
  "#constructor",
  "#﷽".normalize("NFKC").replace(/\s/g, "").slice(0, 49),
  "#..-_..",
];

const METADATA: readonly Record<string, unknown>[] = [
  { personality: "<img src=x onerror=window.ranScript=1>", snippet: "**<b>x</b>" },
  { personality: 7, celsius: "<b>", unit: {}, low: [], high: null },
  {
    celsius: 1e308,
    unit: "<img src=x onerror=window.ranScript=1>" + "°".repeat(500),
    low: -1e308,
    high: 1e308,
  },
  { celsius: "NaN", unit: "\u202e", low: "a", high: {} },
  { memory: "x", questions_left: "<b>", ask_again_at: "yesterday", cut_off: "<b>no</b>" },
  { memory: { questions: {}, since: [], until: "x" }, cut_off: 7, draft: {}, answer_to: "1" },
  { commands: ["<b>", 7, null, { a: 1 }], personality: "happy" },
  { commands: "help", draft: "__proto__" },
  JSON.parse(
    '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}, "toString": 1}',
  ),
  { stored: "yes", reading: true, kind: "own", state: "failed", problem: "<b>" },
];

/** So many are sent before the page is looked at: the rows of all of them are drawn, also of the highest in a hurry. */
const TOGETHER = 4;

async function checkAll(page: Page, sender: LineClient, bodies: readonly string[]): Promise<void> {
  const seqs = [];
  for (const body of bodies) seqs.push(Number((await sender.say("#general", body)).metadata.seq));
  for (const [index, body] of bodies.entries()) {
    await page.locator(`[data-seq="${seqs[index]}"]`).waitFor();
    await checkRow(page, seqs[index]!, body);
  }
}

interface RowReport {
  /** `TAG attribute attribute …` */
  elements: string[];
  classes: string[];
  links: string[];
  overflow: number;
  pageOverflow: number;
  height: number;
  /** Whether nothing in the row can be painted outside of it. */
  isContained: boolean;
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
  assert.ok(report.isContained, `${what} reaches out of its row`);
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
  const isWithin = (inner, outer) => {
    const [a, b] = [inner, outer].map((each) => each.getBoundingClientRect());
    return a.left >= b.left && a.right <= b.right && (outer === log || a.top >= b.top && a.bottom <= b.bottom);
  };
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
    isContained: getComputedStyle(body).overflow === "clip" && isWithin(body, row) && isWithin(row, log),
    ran: window.ranScript,
  };
}`;
