/** The browser's small storage, also where the browser refuses it: then what is put there lasts as long as the page. */

const inMemory = new Map<string, string>();

export function readLocal(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return inMemory.get(key) ?? null;
  }
}

export function writeLocal(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    inMemory.set(key, value);
  }
}

export function removeLocal(key: string): void {
  inMemory.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing is kept there either.
  }
}

/** What is kept, this page's and others'. */
export function localKeys(): string[] {
  try {
    return Object.keys(localStorage);
  } catch {
    return [...inMemory.keys()];
  }
}
