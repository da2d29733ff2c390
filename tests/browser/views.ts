/** Every view of the page in every state, and how one gets there from the view before it. */

import type { Buffer } from "node:buffer";
import type { Page, WebSocketRoute } from "playwright-core";
import { open, say, tryNow } from "./chromium.ts";

export interface View {
  readonly name: string;
  readonly show: (page: Page, wire: Wire) => Promise<unknown>;
  /** Only where the list lies over the conversation. */
  readonly isNarrow?: boolean;
  /** Makes way for the next view. */
  readonly leave?: (page: Page, wire: Wire) => Promise<unknown>;
}

/** The page's WebSocket, whose answers can be held back, and which can be cut. */
export class Wire {
  #isHeld = false;
  #isCut = false;
  /** What is said goes to a room that there is not. */
  isAstray = false;
  #socket: WebSocketRoute | undefined;
  readonly #held: (() => void)[] = [];

  static async on(page: Page): Promise<Wire> {
    const wire = new Wire();
    await page.routeWebSocket(/\/ws$/, (socket) => wire.#connect(socket));
    return wire;
  }

  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    for (const pass of this.#held.splice(0)) pass();
  }

  async cut(): Promise<void> {
    this.#isCut = true;
    await this.#socket?.close();
  }

  mend(): void {
    this.#isCut = false;
  }

  #connect(socket: WebSocketRoute): void {
    if (this.#isCut) return void socket.close();
    this.#socket = socket;
    const server = socket.connectToServer();
    socket.onMessage((message) => server.send(this.#isLost(message) ? astray(message) : message));
    server.onMessage((message) => this.#pass(() => socket.send(message)));
  }

  #isLost(message: string | Buffer): message is string {
    return this.isAstray && typeof message === "string";
  }

  #pass(pass: () => void): void {
    if (this.#isHeld) this.#held.push(pass);
    else pass();
  }
}

function astray(message: string): string {
  return message.replaceAll(/"destination":"[^"]*"/g, '"destination":"#nowhere"');
}

/** What a visitor asked before, as the page keeps it. */
const ASKED = JSON.stringify([
  {
    id: "asked-1",
    seq: 1,
    state: "done",
    question: "What is a median?",
    answer:
      "The value in the middle, once all values are **in order**:\n\n```ts\nconst sorted = values.toSorted((a, b) => a - b);\n```\n\n1. sort\n2. take the middle",
  },
  {
    id: "asked-2",
    seq: 2,
    state: "done",
    cutOff: "stopped",
    question: "And why not the mean?",
    answer: "One wild reading moves\n\n[stopped]",
  },
  {
    id: "asked-3",
    seq: 3,
    state: "done",
    cutOff: "failed",
    question: "Which of the two is quicker to compute for a list of a million readings that come one by one?",
    answer:
      "The mean: a sum and a count are enough for\n\n[The connection to the AI service broke before its answer was complete.]",
  },
  {
    id: "asked-4",
    state: "failed",
    question: "Are you still there?",
    answer: "",
    problem: "No answer came.",
  },
]);

const press = (name: string) => (page: Page) => page.getByRole("button", { name, exact: true }).click();
const escape = (page: Page) => page.keyboard.press("Escape");
const dialog = (page: Page) => page.getByRole("dialog").waitFor();

async function search(page: Page, words: string): Promise<void> {
  await page.getByRole("searchbox").fill(words);
  await page.getByRole("searchbox").press("Enter");
}

/** Of one who is not signed in. */
export const OUTSIDE: readonly View[] = [
  { name: "sign-in", show: (page) => page.getByLabel("Your name").waitFor() },
  { name: "sign-in-password", show: press("I have a password") },
  {
    name: "sign-in-error",
    show: async (page) => {
      await page.getByLabel("Your name").fill("not a name!");
      await press("Sign in")(page);
      await page.getByRole("alert").waitFor();
    },
  },
  {
    name: "sign-in-connecting",
    show: async (page, wire) => {
      await page.getByLabel("Your name").fill("somebody");
      await wire.cut();
      await press("Sign in")(page);
      await page.getByRole("button", { name: "Try now" }).waitFor();
    },
    leave: async (page, wire) => {
      await press("Cancel")(page);
      wire.mend();
    },
  },
];

/** Of one who is signed in. */
export const INSIDE: readonly View[] = [
  { name: "chat", show: (page) => open(page, "#general") },
  {
    name: "list",
    show: async (page) => {
      await page.setViewportSize({ width: 390, height: 844 });
      await press("Conversations")(page);
    },
    isNarrow: true,
  },
  {
    name: "completion",
    show: async (page) => {
      await page.getByLabel("Message", { exact: true }).fill("");
      await page.getByLabel("Message", { exact: true }).pressSequentially("@");
      await page.locator(".completion-option").first().waitFor();
    },
    leave: (page) => page.getByLabel("Message", { exact: true }).fill(""),
  },
  {
    name: "emoji",
    show: async (page) => {
      await page.getByRole("button", { name: /emoji/i }).click();
      await page.locator(".emoji-picker").waitFor();
    },
    leave: escape,
  },
  { name: "direct", show: (page) => open(page, "grace") },
  {
    name: "members",
    show: async (page) => {
      await open(page, "#garden");
      await press("Members")(page);
      await page.getByRole("complementary", { name: "Members" }).waitFor();
    },
    leave: press("Close the members"),
  },
  { name: "empty-room", show: (page) => open(page, "#reading-group") },
  {
    name: "failed",
    show: async (page, wire) => {
      wire.isAstray = true;
      await say(page, "Who is reading along?");
      await page.locator('[data-state="failed"]').waitFor();
    },
    leave: async (page, wire) => {
      wire.isAstray = false;
      await press("Discard")(page);
    },
  },
  {
    name: "thermometer",
    show: async (page) => {
      await open(page, "thermometer1");
      await page.locator(".chart canvas").waitFor();
    },
  },
  { name: "readings", show: press("Show as a list"), leave: press("Show as a chart") },
  {
    name: "ai",
    show: async (page) => {
      await open(page, "openai");
      const panel = page.getByRole("button", { name: "About openai", exact: true });
      // Where the page was loaded on a narrow screen it is closed at first.
      if (await panel.getAttribute("aria-pressed") === "true") await panel.click();
    },
  },
  {
    name: "ai-panel",
    show: async (page) => {
      await press("About openai")(page);
      await page.setViewportSize({ width: 390, height: 844 });
      await page.getByRole("dialog", { name: "About openai" }).waitFor();
    },
    leave: press("Close what is about openai"),
  },
  {
    name: "search-none",
    show: async (page) => {
      await press("Search")(page);
      await search(page, "nowhere");
      await page.getByText("Nothing was found").waitFor();
    },
  },
  {
    name: "search",
    show: async (page) => {
      await search(page, "median");
      await page.locator(".result").first().waitFor();
    },
    leave: press("Close the search"),
  },
  {
    name: "rooms",
    show: async (page) => {
      await press("Join or create a room")(page);
      await page.locator(".room-row").first().waitFor();
    },
    leave: escape,
  },
  {
    name: "switcher",
    show: async (page) => {
      await page.keyboard.press("Control+k");
      await page.locator(".switcher-option").first().waitFor();
    },
    leave: escape,
  },
  {
    name: "keys",
    show: async (page) => {
      await page.locator("h1").click();
      await page.keyboard.press("?");
      await dialog(page);
    },
    leave: escape,
  },
  {
    name: "account-menu",
    show: async (page) => {
      await page.setViewportSize({ width: 390, height: 844 });
      await press("Conversations")(page);
      await page.locator(".menu summary").click();
    },
    leave: (page) => page.evaluate("document.querySelector('.menu').open = false"),
    isNarrow: true,
  },
  {
    name: "settings",
    show: async (page) => {
      await page.locator(".menu summary").click();
      await press("Settings")(page);
      await dialog(page);
    },
    leave: escape,
  },
  {
    name: "password",
    show: async (page) => {
      await page.locator(".menu summary").click();
      await press("Set a password")(page);
      await dialog(page);
    },
    leave: escape,
  },
  {
    name: "loading",
    show: async (page, wire) => {
      wire.hold();
      await page.locator(".item", { hasText: "linus" }).click();
      await page.locator(".skeleton").waitFor();
    },
    leave: async (page, wire) => {
      wire.release();
      await page.locator(".skeleton").waitFor({ state: "detached" });
    },
  },
  {
    name: "offline",
    show: async (page, wire) => {
      await open(page, "#general");
      await wire.cut();
      await page.getByRole("button", { name: "Try now" }).waitFor();
    },
    leave: async (page, wire) => {
      wire.mend();
      await tryNow(page);
    },
  },
  {
    name: "nothing-open",
    show: async (page) => {
      for (const room of ["#general", "#garden", "#reading-group"]) {
        await open(page, room);
        await press(`Leave ${room}`)(page);
        await page.getByRole("heading", { level: 1, name: room }).waitFor({ state: "detached" });
      }
      await page.locator(".offer").first().waitFor();
    },
  },
  {
    name: "ask",
    show: async (page) => {
      await page.goto(new URL("/ask", page.url()).href);
      await page.locator(".ask-example:enabled").first().waitFor();
    },
  },
  {
    name: "ask-conversation",
    show: async (page) => {
      await page.evaluate(`localStorage.setItem("parley.ask.turns", ${JSON.stringify(ASKED)})`);
      await page.reload();
      await page.locator(".turn").first().waitFor();
    },
  },
];
