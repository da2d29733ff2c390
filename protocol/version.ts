/** The release of Parley, which server and clients share. */
export const VERSION = "1.0.0";
