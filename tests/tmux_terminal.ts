/** A real pseudo-terminal with a screen that can be read: tmux, driven through its control mode. */

const ENCODER = new TextEncoder();

/** Whether the tool that these tests need is missing. */
export const noTmux = !(await runs("tmux", "-V"));

async function runs(command: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

export interface TmuxOptions {
  readonly columns: number;
  readonly rows: number;
  readonly env?: Record<string, string>;
}

/** A screen that does not look as it should by then never will: the test fails and says how it looks. */
const PATIENCE_MS = 20_000;

/** A shell in a terminal. */
export class TmuxTerminal {
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #folder: string;
  readonly #reading: Promise<void>;
  readonly #replies: PromiseWithResolvers<string[]>[] = [];
  #reply: string[] | undefined;
  /** Everything that was written to the terminal, as it was, escape sequences and all. */
  output = "";
  #outputs = 0;
  #wake: (() => void)[] = [];
  #hasEnded = false;

  private constructor(child: Deno.ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    this.#stdin = child.stdin.getWriter();
    // The reply to `new-session`, which is the command line's.
    this.#replies.push(Promise.withResolvers());
    this.#reading = this.#read();
  }

  static async open({ columns, rows, env = {} }: TmuxOptions): Promise<TmuxTerminal> {
    const folder = await Deno.makeTempDir({ prefix: "parley-tmux-" });
    const size = ["-x", String(columns), "-y", String(rows)];
    const child = new Deno.Command("tmux", {
      args: [
        "-S",
        `${folder}/socket`,
        "-f",
        "/dev/null",
        "-u",
        "-C",
        "new-session",
        ...size,
        "PS1='ready> ' sh",
      ],
      env: { LC_ALL: "C.UTF-8", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const terminal = new TmuxTerminal(child, folder);
    await terminal.#replies[0]!.promise;
    // Where the test is killed, nothing of this shall be left.
    await terminal.#command("set-option -g destroy-unattached on");
    await terminal.resize(columns, rows);
    await terminal.until(/^ready> $/m);
    return terminal;
  }

  /** Types the text as it is. */
  async type(text: string): Promise<void> {
    await this.#command(`send-keys -l -- ${quoted(text)}`);
  }

  /** Presses keys by tmux's names, such as `Enter`, `C-c`, `Up`. */
  async press(...keys: string[]): Promise<void> {
    await this.#command(`send-keys ${keys.join(" ")}`);
  }

  async enter(text: string): Promise<void> {
    await this.type(text);
    await this.press("Enter");
  }

  /** Pastes as a terminal does: between marks where the program has asked for them, line breaks as carriage returns. */
  async paste(text: string): Promise<void> {
    const file = `${this.#folder}/paste`;
    await Deno.writeTextFile(file, text);
    await this.#command(`load-buffer ${quoted(file)}`);
    await this.#command("paste-buffer -p");
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#command(`resize-window -x ${columns} -y ${rows}`);
  }

  /** The screen's rows from top to bottom, without white space at their ends and without empty rows at the bottom. */
  async screen(): Promise<string> {
    return (await this.#command("capture-pane -p")).join("\n").trimEnd();
  }

  /** The screen and what has scrolled off it; a line that wraps is one line. */
  async log(): Promise<string> {
    return (await this.#command("capture-pane -p -J -S -")).map((line) => line.trimEnd()).join("\n")
      .trimEnd();
  }

  /** Waits until the screen, with a space kept at the end of its last row, looks so. Returns it. */
  async until(look: RegExp | ((screen: string) => boolean)): Promise<string> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#tell();
    }, PATIENCE_MS);
    try {
      for (;;) {
        const seen = this.#outputs;
        const rows = await this.#command("capture-pane -p -N");
        const screen = rows.map(trimmed).join("\n").replace(/\n+$/, "");
        if (typeof look === "function" ? look(screen) : look.test(screen)) return screen;
        if (isLate || this.#hasEnded) {
          throw new Error(`waited for ${look} in vain; the screen shows:\n${screen}`);
        }
        if (this.#outputs === seen) await new Promise<void>((resolve) => this.#wake.push(resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#command("kill-server").catch(() => {});
    await this.#stdin.close().catch(() => {});
    await this.#reading;
    await this.#child.status;
    await Deno.remove(this.#folder, { recursive: true });
  }

  #command(line: string): Promise<string[]> {
    const reply = Promise.withResolvers<string[]>();
    if (this.#hasEnded) return Promise.reject(new Error("the terminal has ended"));
    this.#replies.push(reply);
    this.#stdin.write(ENCODER.encode(line + "\n")).catch(() => {});
    return reply.promise;
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.#take(line);
    }
    this.#hasEnded = true;
    for (const reply of this.#replies) reply.reject(new Error("the terminal has ended"));
    this.#tell();
  }

  /** A line of control mode: see CONTROL MODE in tmux(1). */
  #take(line: string): void {
    if (/^%begin /.test(line)) this.#reply = [];
    else if (/^%(end|error) /.test(line)) this.#endReply(line);
    else if (this.#reply) this.#reply.push(line);
    else if (line.startsWith("%output ")) this.#takeOutput(line.replace(/^%output \S+ /, ""));
  }

  #endReply(line: string): void {
    const lines = this.#reply ?? [];
    this.#reply = undefined;
    const reply = this.#replies.shift();
    if (line.startsWith("%end")) reply?.resolve(lines);
    else reply?.reject(new Error(`tmux: ${lines.join("\n")}`));
  }

  #takeOutput(escaped: string): void {
    this.output += escaped.replace(
      /\\([0-7]{3})/g,
      (_, octal: string) => String.fromCharCode(parseInt(octal, 8)),
    );
    this.#outputs++;
    this.#tell();
  }

  #tell(): void {
    for (const resolve of this.#wake.splice(0)) resolve();
  }
}

function trimmed(row: string): string {
  // One space is what stands between a prompt and the cursor.
  return row.replace(/ {2,}$/, " ");
}

/** As one argument of a tmux command line. */
function quoted(text: string): string {
  return "'" + text.replaceAll("'", `'\\''`) + "'";
}
