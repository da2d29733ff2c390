/** The file that a log is written to, rotated by size: `NAME`, then `NAME.1` and so on, the older the higher. */

import type { Clock } from "./clock.ts";

export interface LogFileOptions {
  /** A file is so large at most, unless one line is larger. */
  readonly maxBytes: number;
  /** Kept beside the present one. */
  readonly maxFiles: number;
  readonly clock: Clock;
  /** Told once when lines begin to be lost: to whoever can free the disk. */
  readonly failed: (problem: string) => void;
}

/** Lines wait so long for others that are written with them. */
const GATHER_MS = 100;

/**
 * Lines are written soon, together and without fsync: one fsync for each line let no more than half as many people log in.
 * A fault of the disk loses lines and throws nothing.
 */
export class LogFile implements Disposable {
  readonly #path: string;
  readonly #options: LogFileOptions;
  readonly #encoder = new TextEncoder();
  #file: Deno.FsFile;
  #bytes: number;
  #waiting: string[] = [];
  #cancel: (() => void) | null = null;
  #isFailing = false;

  /** @throws what Deno throws where the file cannot be opened */
  constructor(path: string, options: LogFileOptions) {
    this.#path = path;
    this.#options = options;
    this.#file = open(path);
    this.#bytes = this.#file.statSync().size;
  }

  /** @param line with its line break */
  write(line: string): void {
    this.#waiting.push(line);
    this.#cancel ??= this.#options.clock.after(GATHER_MS, () => this.flush());
  }

  /** Writes what waits. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#waiting.length === 0) return;
    // After a failure a line may be cut off in the middle.
    const lines = (this.#isFailing ? "\n" : "") + this.#waiting.join("");
    const bytes = this.#encoder.encode(lines);
    this.#waiting = [];
    try {
      if (this.#bytes > 0 && this.#bytes + bytes.length > this.#options.maxBytes) this.#rotate();
      this.#append(bytes);
      this.#isFailing = false;
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Takes nothing any more. */
  [Symbol.dispose](): void {
    this.flush();
    this.#file.close();
  }

  #append(bytes: Uint8Array): void {
    let written = 0;
    while (written < bytes.length) {
      const count = this.#file.writeSync(bytes.subarray(written));
      written += count;
      this.#bytes += count;
    }
  }

  /** The present file stays open until there is another, so that a failure loses no more than these lines. */
  #rotate(): void {
    const { maxFiles } = this.#options;
    for (let i = maxFiles - 1; i > 0; i--) renameIfThere(`${this.#path}.${i}`, `${this.#path}.${i + 1}`);
    renameIfThere(this.#path, `${this.#path}.1`);
    const next = open(this.#path);
    this.#file.close();
    this.#file = next;
    this.#bytes = 0;
  }

  #fail(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#options.failed(error instanceof Error ? error.message : String(error));
  }
}

function open(path: string): Deno.FsFile {
  return Deno.openSync(path, { create: true, append: true });
}

function renameIfThere(from: string, to: string): void {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
