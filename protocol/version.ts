/** The release of Parley, which server and clients share. */
export const VERSION = "1.0.0";
/** The version of the protocol, as docs/protocol.md has it. */
export const PROTOCOL = 1;
