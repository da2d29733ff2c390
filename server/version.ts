/** What the server says of itself in `welcome`. */

export { VERSION } from "../protocol/version.ts";
/** Of docs/protocol.md. */
export const PROTOCOL = 1;
