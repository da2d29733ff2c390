/** A short word on what was just done, which goes by itself. */

import { signal } from "@preact/signals";

export interface Toast {
  readonly words: string;
  /** Of two with the same words each is told. */
  readonly number: number;
}

const SHOWN_MS = 4_000;

export const toast = signal<Toast | undefined>(undefined);

let timer: ReturnType<typeof setTimeout> | undefined;
let told = 0;

export function tell(words: string): void {
  told += 1;
  toast.value = { words, number: told };
  clearTimeout(timer);
  timer = setTimeout(() => toast.value = undefined, SHOWN_MS);
}
