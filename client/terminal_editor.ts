/**
 * The line that is being typed, at the bottom of the terminal, below the log and the live area. It survives whatever is
 * printed above it, also when it wraps. node:readline edits the line; this adds what readline has no notion of.
 */

import { EventEmitter } from "node:events";
import process from "node:process";
import * as readline from "node:readline";
import type { Completion } from "./terminal_completion.ts";
import { LINE_BREAK_SIGN, PasteBoard } from "./terminal_paste.ts";
import { textWidth } from "./terminal_width.ts";

export interface EditorEvents {
  /** Enter was pressed; the line is gone from the screen. Line breaks stand in it as `\n`. */
  line(line: string): void;
  /** Tab was pressed after this text. */
  complete(before: string): Completion;
  /** A key changed the line. */
  typed(line: string): void;
  /** Ctrl-C. */
  interrupt(line: string): void;
  /** Ctrl-D on an empty line, or the terminal went away. */
  end(): void;
  /** The window has another size: the live area wants to be measured again. */
  resized(): void;
}

interface Key {
  readonly name?: string;
  readonly sequence?: string;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
}

/** Members of readline's Interface that are public in fact (Node's own REPL builds on them) but not in the types. */
interface Internals {
  _ttyWrite(text: string | undefined, key: Key | undefined): void;
  prevRows: number;
  history: string[];
}

interface Question {
  readonly isSecret: boolean;
  typed: string;
  readonly answer: (answer: string | undefined) => void;
}

const BRACKETED_PASTE = { on: "\x1b[?2004h", off: "\x1b[?2004l" };
const PASTE_BEGIN = "\x1b[200";
const PASTE_END = "\x1b[201";
const CLEAR_DOWN = "\x1b[J";
const CLEAR_ALL = "\x1b[H\x1b[2J";
/** Lines with a password in them are not kept among the lines to come back to. */
const SECRET_LINE = /^\/(?:login|register|password)\b/i;

export class TerminalEditor {
  readonly #events: EditorEvents;
  readonly #readline: readline.Interface & Internals;
  readonly #output = process.stdout;
  readonly #pastes = new PasteBoard();
  #live: readonly string[] = [];
  #prompt = "";
  #question: Question | undefined;
  /** What came since a paste began; undefined while there is none. */
  #pasting: string | undefined;
  /** Readline leaves the `~` of the marks around a paste as a key of its own. */
  #skipsTilde = false;
  /** Rows of the line that Enter was just pressed on. */
  #enteredRows = 0;
  #isClosed = false;

  constructor(events: EditorEvents) {
    this.#events = events;
    this.#readline = readline.createInterface({
      input: process.stdin,
      output: this.#output,
      terminal: true,
      historySize: 500,
      removeHistoryDuplicates: true,
    }) as readline.Interface & Internals;
    this.#takeOver();
    this.#output.write(BRACKETED_PASTE.on);
  }

  get columns(): number {
    return this.#output.columns || 80;
  }

  get rows(): number {
    return this.#output.rows || 24;
  }

  /**
   * Prints a text above the line that is being typed, if it is not empty, and shows `live` between the two.
   * @param text lines, without a last line break
   * @param live lines that fit into one row each
   */
  show(text: string, live: readonly string[]): void {
    const isSame = live.length === this.#live.length && live.every((line, at) => line === this.#live[at]);
    if (text !== "" || !isSame) this.#redraw(text === "" ? "" : text + "\n", live);
  }

  setPrompt(prompt: string): void {
    this.#prompt = prompt;
    if (!this.#question) this.#showPrompt(prompt);
  }

  /** Asks for one line. Resolves with undefined where the answer was refused with Ctrl-C or Ctrl-D. */
  ask(prompt: string): Promise<string | undefined> {
    return this.#ask(prompt, false);
  }

  /** Asks for one line that is not shown and not kept. */
  askSecret(prompt: string): Promise<string | undefined> {
    return this.#ask(prompt, true);
  }

  /** Leaves the terminal as it was. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#erase(this.#readline.getCursorPos().rows);
    this.#output.write(BRACKETED_PASTE.off);
    this.#readline.close();
    this.#question?.answer(undefined);
  }

  #takeOver(): void {
    const write = this.#readline._ttyWrite.bind(this.#readline);
    this.#readline._ttyWrite = (text, key) => this.#key(text, key ?? {}, write);
    this.#readline.on("line", (line) => this.#entered(line));
    this.#readline.on("close", () => this.#isClosed || this.#events.end());
    // Readline's own listener knows nothing of the live area and draws over it.
    EventEmitter.prototype.removeAllListeners.call(this.#output, "resize");
    this.#output.on("resize", () => this.#resize());
  }

  #key(text: string | undefined, key: Key, write: Internals["_ttyWrite"]): void {
    if (this.#takePaste(text, key)) return;
    if (key.ctrl && key.name === "c") return this.#interrupt();
    if (this.#question?.isSecret) return this.#secretKey(text, key, this.#question);
    if (key.ctrl && key.name === "d" && this.#readline.line === "") return this.#end();
    if (key.ctrl && key.name === "l") return this.#clearScreen();
    if (key.name === "tab") return this.#complete();
    if (isEnter(key)) {
      if (key.meta) return this.#readline.write(LINE_BREAK_SIGN);
      this.#enteredRows = this.#inputRows();
    }
    write(text, key);
    if (!this.#question && !isEnter(key)) this.#events.typed(this.#readline.line);
  }

  /** Collects what stands between the marks of a paste; returns whether the key was part of that. */
  #takePaste(text: string | undefined, key: Key): boolean {
    const sequence = key.sequence ?? "";
    if (this.#skipsTilde && text === "~") {
      this.#skipsTilde = false;
      return true;
    }
    this.#skipsTilde = false;
    if (sequence.startsWith(PASTE_BEGIN)) this.#pasting = "";
    else if (sequence.startsWith(PASTE_END)) this.#endPaste();
    else if (this.#pasting === undefined) return false;
    else this.#pasting += text ?? "";
    this.#skipsTilde = sequence === PASTE_BEGIN || sequence === PASTE_END;
    return true;
  }

  #endPaste(): void {
    const pasted = this.#pasting ?? "";
    this.#pasting = undefined;
    if (this.#question?.isSecret) this.#question.typed += pasted.replace(/[\r\n]/g, "");
    else this.#readline.write(this.#pastes.add(pasted));
  }

  #secretKey(text: string | undefined, key: Key, question: Question): void {
    if (isEnter(key)) this.#answer(question.typed);
    else if (key.ctrl && key.name === "d") this.#answer(undefined);
    else if (key.ctrl && key.name === "u") question.typed = "";
    else if (key.name === "backspace") question.typed = [...question.typed].slice(0, -1).join("");
    else if (text && !key.ctrl && !key.meta) question.typed += text;
  }

  #entered(line: string): void {
    // Readline has gone to the row after the line; that line is shown again, if at all, as part of the log.
    this.#erase(this.#enteredRows + 1);
    this.#draw("", this.#live);
    if (this.#question || SECRET_LINE.test(line)) this.#forget(line);
    if (this.#question) return this.#answer(line);
    this.#events.line(this.#pastes.expand(line));
  }

  #interrupt(): void {
    if (this.#question) return this.#answer(undefined);
    const { line } = this.#readline;
    if (line !== "") this.#eraseLine();
    this.#events.interrupt(line);
  }

  #end(): void {
    if (this.#question) this.#answer(undefined);
    else this.#events.end();
  }

  #forget(line: string): void {
    if (this.#readline.history[0] === line) this.#readline.history.shift();
  }

  #eraseLine(): void {
    this.#readline.write(null, { ctrl: true, name: "e" });
    this.#readline.write(null, { ctrl: true, name: "u" });
  }

  #complete(): void {
    if (this.#question) return;
    const { line, cursor } = this.#readline;
    const { erase, insert, help } = this.#events.complete(line.slice(0, cursor));
    for (let i = 0; i < erase; i++) this.#readline.write(null, { name: "backspace" });
    if (insert !== "") this.#readline.write(insert);
    if (help.length > 0) this.show(help.join("\n"), this.#live);
  }

  #ask(prompt: string, isSecret: boolean): Promise<string | undefined> {
    return new Promise((answer) => {
      this.#question = { isSecret, typed: "", answer };
      this.#showPrompt(prompt);
    });
  }

  #answer(answer: string | undefined): void {
    const question = this.#question;
    this.#question = undefined;
    if (this.#readline.line !== "") this.#eraseLine();
    this.#showPrompt(this.#prompt);
    question?.answer(answer);
  }

  #showPrompt(prompt: string): void {
    const rows = this.#readline.getCursorPos().rows;
    this.#readline.setPrompt(prompt);
    this.#redraw("", this.#live, rows);
  }

  #clearScreen(): void {
    this.#output.write(CLEAR_ALL);
    this.#draw("", this.#live);
  }

  #resize(): void {
    this.#redraw("");
    this.#events.resized();
  }

  /** @param rows rows of the input above the cursor */
  #redraw(text: string, live = this.#live, rows = this.#readline.getCursorPos().rows): void {
    if (this.#isClosed) {
      if (text !== "") this.#output.write(text);
      return;
    }
    this.#erase(rows);
    this.#draw(text, live);
  }

  /**
   * Erases from the live area's first row downwards, and leaves the cursor there. Most terminals wrap what they show
   * anew when they become narrower, so the rows are counted for the width of now, also before `resize` was heard.
   */
  #erase(inputRows: number): void {
    const { columns } = this;
    const up = inputRows + this.#live.reduce((sum, line) => sum + rowsOf(line, columns), 0);
    this.#output.write((up > 0 ? `\x1b[${up}A` : "") + "\r" + CLEAR_DOWN);
  }

  #draw(text: string, live: readonly string[]): void {
    this.#live = live;
    this.#output.write(text + live.map((line) => line + "\n").join(""));
    // How many rows above the cursor readline thinks it has to erase.
    this.#readline.prevRows = 0;
    this.#readline.prompt(true);
  }

  /** Rows of the whole input, less one. */
  #inputRows(): number {
    const { line, cursor } = this.#readline;
    const after = line.slice(cursor);
    const here = this.#readline.getCursorPos();
    return here.rows + Math.floor((here.cols + textWidth(after)) / this.columns);
  }
}

function isEnter(key: Key): boolean {
  return key.name === "return" || key.name === "enter";
}

function rowsOf(line: string, columns: number): number {
  // deno-lint-ignore no-control-regex
  const bare = line.replace(/\x1b\[[0-9;]*m/g, "");
  return Math.max(1, Math.ceil(textWidth(bare) / columns));
}
