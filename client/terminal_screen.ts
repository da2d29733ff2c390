/** The terminal from top to bottom: the log, what is in motion, and the line that is being typed. */

import { type EditorEvents, TerminalEditor } from "./terminal_editor.ts";
import { LiveArea } from "./terminal_live.ts";
import { LogQueue } from "./terminal_log.ts";
import type { Style } from "./terminal_style.ts";

/** Often enough for a countdown in seconds. */
const TICK_MS = 500;
const MAX_LIVE_ROWS = 12;

export class TerminalScreen {
  readonly editor: TerminalEditor;
  /** Whoever changes it calls `refreshSoon`. */
  readonly live: LiveArea;
  readonly #log = new LogQueue();
  #refreshTimer: ReturnType<typeof setTimeout> | undefined;
  #tickTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(style: Style, events: Omit<EditorEvents, "resized">) {
    this.live = new LiveArea(style, () => performance.now());
    this.editor = new TerminalEditor({ ...events, resized: () => this.refreshSoon() });
  }

  /**
   * Adds lines to the log; nothing where there are none.
   * @param seq of a message, which goes before later ones
   */
  print(text: string | undefined, seq?: number): void {
    if (!text) return;
    this.#log.add(text, seq);
    this.refreshSoon();
  }

  /** Shows what changed, once for all that changes in this turn. */
  refreshSoon(): void {
    this.#refreshTimer ??= setTimeout(() => this.#refresh(), 0);
  }

  /** Leaves the terminal as it was, with the whole log on it. */
  close(): void {
    this.#refresh();
    clearTimeout(this.#tickTimer);
    this.editor.close();
  }

  #refresh(): void {
    clearTimeout(this.#refreshTimer);
    clearTimeout(this.#tickTimer);
    this.#refreshTimer = this.#tickTimer = undefined;
    const rows = Math.min(MAX_LIVE_ROWS, Math.floor(this.editor.rows / 2));
    this.editor.show(this.#log.take(), this.live.lines(this.editor.columns - 1, rows));
    if (this.live.isTicking) this.#tickTimer = setTimeout(() => this.#refresh(), TICK_MS);
  }
}
