/** How a chat client reaches the server. */

/** One connection that speaks JSON mode: one envelope a line. */
export interface ClientConnection {
  /** The lines that the server sends, as many at a time as came at once. Ends when the connection ends; never throws. */
  lines(): AsyncIterable<readonly string[]>;
  /** Sends one envelope as JSON. What cannot be sent any more is dropped: the client notices the end of `lines`. */
  send(line: string): void;
  close(): void;
}

/**
 * Opens a connection.
 * @throws Error (rejects) where the server cannot be reached; the message is fit to be shown
 */
export type Connect = (signal: AbortSignal) => Promise<ClientConnection>;
