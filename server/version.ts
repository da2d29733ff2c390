/** What the server says of itself in `welcome`. */

export const VERSION = "1.0.0";
/** Of docs/protocol.md. */
export const PROTOCOL = 1;
