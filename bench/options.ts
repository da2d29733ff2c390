/** What numbers on a command line may be. */

import { InvalidArgumentError } from "@commander-js/extra-typings";

/** A whole number in that range. */
export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
  };
}

export function aboveZero(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 1e7) return value;
  throw new InvalidArgumentError("It is a number above 0.");
}

export function zeroOrMore(text: string): number {
  return text === "0" ? 0 : aboveZero(text);
}
