const BYTES = 12;

/** A random id for a request. (`crypto.randomUUID` is missing on web pages that came over plain HTTP.) */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
