/** What `strace -f -ttt -yy -xx` writes, read as calls. Line numbers are the one clock of all threads. */

export interface Call {
  readonly name: string;
  /** Of the file or socket; a path as the system knows it. */
  readonly target: string;
  /** What was really written, where it is a write. */
  readonly data: Uint8Array;
  /** The number after the data, or of a truncate: the offset, the new size. */
  readonly number: number;
  readonly result: number;
  /** The lines in which it began and ended; Infinity where the process ended first. */
  readonly began: number;
  readonly ended: number;
  /** When it began, in seconds. */
  readonly time: number;
  /** strace made it fail. */
  readonly isInjected: boolean;
}

/** Calls that write, make durable or remove; `openat` is not among them: a file begins with its first write. */
export const CALLS = [
  "pwrite64",
  "pwritev",
  "write",
  "writev",
  "sendto",
  "sendmsg",
  "fsync",
  "fdatasync",
  "ftruncate",
  "unlink",
  "unlinkat",
  "rename",
] as const;

interface Begun {
  readonly text: string;
  readonly began: number;
  readonly time: number;
}

const WRITES = /^(p?writev?(64)?|send(to|msg))$/;
const NOTHING = new Uint8Array();
const UNFINISHED = " <unfinished ...>";

export class TraceReader {
  readonly calls: Call[] = [];
  readonly #isWanted: (target: string) => boolean;
  /** Calls that have begun, by thread. */
  readonly #open = new Map<string, Begun>();
  #line: number;
  /** Of the newest line, in seconds. */
  time = 0;

  /** @param firstLine so that the trace of a second process goes on after the first */
  constructor(isWanted: (target: string) => boolean, firstLine = 0) {
    this.#isWanted = isWanted;
    this.#line = firstLine;
  }

  get line(): number {
    return this.#line;
  }

  push(line: string): void {
    this.#line++;
    const [start = "", thread = "", time = "0"] = /^(\d+) +([\d.]+) /.exec(line.slice(0, 64)) ?? [];
    const text = line.slice(start.length);
    this.time = Number(time);
    if (text.startsWith("<... ")) return this.#resume(thread, text);
    const call = { text, began: this.#line, time: this.time };
    if (!text.endsWith(UNFINISHED)) return this.#add(call, this.#line);
    this.#open.set(thread, { ...call, text: text.slice(0, -UNFINISHED.length) });
  }

  /** What had not ended when the process did. */
  end(): void {
    for (const call of this.#open.values()) this.#add({ ...call, text: `${call.text}) = 0` }, Infinity);
    this.#open.clear();
  }

  #resume(thread: string, text: string): void {
    const call = this.#open.get(thread);
    this.#open.delete(thread);
    if (call) this.#add({ ...call, text: call.text + text.slice(text.indexOf(">") + 1) }, this.#line);
  }

  #add({ text, began, time }: Begun, ended: number): void {
    const bracket = text.indexOf("(");
    if (bracket < 0 || /^(\+\+\+|---)/.test(text)) return;
    const target = targetOf(text);
    if (!this.#isWanted(target)) return;
    const name = text.slice(0, bracket);
    const close = text.lastIndexOf(") ");
    const result = Number(/^\s*= (-?\d+)/.exec(text.slice(close + 1))?.[1] ?? 0);
    const whole = WRITES.test(name) ? dataOf(text) : NOTHING;
    const data = ended === Infinity ? whole : whole.subarray(0, Math.max(result, 0));
    const number = Number(/, (\d+)\s*$/.exec(text.slice(Math.max(0, close - 40), close))?.[1] ?? 0);
    const isInjected = text.endsWith("(INJECTED)");
    this.calls.push({ name, target, data, number, result, began, ended, time, isInjected });
  }
}

/** `36<\x2f...>`, `47<TCP:[...]>` or `"\x2f..."`. */
function targetOf(text: string): string {
  const [, raw = ""] =
    /^\w+\((?:\d+<(TCP:\[[^\]]*\]|[^>]*)>|(?:AT_FDCWD<[^>]*>, )?"([^"]*)")/.exec(text.slice(0, 4096))
      ?.filter((part, index) => index === 0 || part !== undefined) ?? [];
  return raw.includes("\\x") ? new TextDecoder().decode(bytesOf(raw)) : raw;
}

function dataOf(text: string): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = text.indexOf('"'); at >= 0;) {
    const end = text.indexOf('"', at + 1);
    if (text.startsWith("...", end + 1)) throw new Error("the trace cuts data off: raise -s");
    parts.push(bytesOf(text.slice(at + 1, end)));
    at = text.indexOf('"', end + 1);
  }
  return parts.length === 1 ? parts[0]! : concatenated(parts);
}

function bytesOf(escaped: string): Uint8Array {
  return Uint8Array.fromHex(escaped.replaceAll("\\x", ""));
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
