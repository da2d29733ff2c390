/** The open conversation in the page's address, so that a reload comes back to it. */

const START = "#/";

export function conversationInAddress(): string {
  if (!location.hash.startsWith(START)) return "";
  try {
    return decodeURIComponent(location.hash.slice(START.length));
  } catch {
    return "";
  }
}

export function showInAddress(name: string): void {
  history.replaceState(null, "", name === "" ? location.pathname : addressOf({ name }));
}

/** The fragment of a place: the `href` of a link inside the page. */
export function addressOf({ name }: { readonly name: string }): string {
  return START + encodeURIComponent(name);
}
