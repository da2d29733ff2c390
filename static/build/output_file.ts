/** A file of the built page, and its name. */

import { createHash } from "node:crypto";

export interface OutputFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export function textFile(name: string, text: string): OutputFile {
  return { name, bytes: new TextEncoder().encode(text) };
}

/** `icon.svg` becomes `icon-1A2B3C4D.svg`: the form that the bundler gives its own files, which the server lets browsers keep for good. */
export function hashedName(name: string, content: Uint8Array | string): string {
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 12);
  const hash = BigInt(`0x${digest}`).toString(36).toUpperCase().padStart(8, "0").slice(-8);
  const dot = name.lastIndexOf(".");
  return dot === -1 ? `${name}-${hash}` : `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
}

export function hashed(file: OutputFile): OutputFile {
  return { name: hashedName(file.name, file.bytes), bytes: file.bytes };
}
