/** How a server is spoken to. All that differs between servers is behind this. */

/** A conversation with a server before the load begins and after it. */
export interface Dialog {
  /** Sends one message, without line break or frame. */
  send(text: string): void;
  /**
   * Resolves with the first message from now on that `accept` takes.
   * @throws Error (rejects) what `accept` throws, and where the connection ends or nothing fitting comes in 30 s
   */
  until(accept: (text: string) => boolean): Promise<string>;
}

/** What a message that carries no mark means. */
export type Heard =
  | { readonly kind: "nothing" }
  /** It is to be answered at once. */
  | { readonly kind: "ping"; readonly answer: string }
  /** An own message is stored. */
  | { readonly kind: "acknowledged"; readonly id: string; readonly seq: number }
  /** An own message is not. */
  | { readonly kind: "refused"; readonly id: string; readonly problem: string }
  | { readonly kind: "problem"; readonly problem: string };

export const NOTHING: Heard = { kind: "nothing" };

export interface Wire {
  /** Where a WebSocket is; TCP where it is left out. */
  readonly webSocket?: { readonly path: string; readonly protocol?: string };
  /** `lines-in-frames`: the server may put several lines in a frame. */
  readonly framing: "lines" | "frames" | "lines-in-frames";
  /** Goes after each line to the server. */
  readonly lineEnd?: string;
  /** Whether a sender gets its own message. */
  readonly echoes: boolean;
  /** Whether each message is answered to its sender. */
  readonly acknowledges: boolean;
  /** Whether messages end in a `seq`. */
  readonly hasSeq: boolean;
  /** Whether something can be said to one client. */
  readonly hasDirect: boolean;
  /** Whether a client can be in several rooms. */
  readonly hasManyRooms: boolean;
  /** Bytes of text that a message can carry. */
  readonly maxSize: number;
  /** Connections that may wait for it to accept them; left out where these are many. */
  readonly connecting?: number;
  /** @param run some characters that make the names of a run its own */
  userName(run: string, client: number): string;
  roomName(run: string, room: number): string;
  /** Resolves when the server takes requests. */
  login(dialog: Dialog, name: string): Promise<void>;
  /** Resolves when what is said in the room comes. */
  join(dialog: Dialog, room: string): Promise<void>;
  /** Resolves when all that was due before has come; left out where the server has nothing for it. */
  settle?(dialog: Dialog): Promise<void>;
  /** A message to a room or client. @param id names it in the answer to it */
  message(destination: string, text: string, id: string): string;
  heard(text: string): Heard;
}

export function digits(value: number, count: number): string {
  return String(value).padStart(count, "0");
}
