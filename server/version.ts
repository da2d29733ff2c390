/** What the server says of itself in `welcome`. */

export { PROTOCOL, VERSION } from "../protocol/version.ts";
