/** The page's icon with a badge on it, as an address of its own. */

const MOST_SHOWN = 9;

/** Without mentions, a dot. */
export function badgedIcon(mentions: number): string {
  return `data:image/svg+xml,${
    encodeURIComponent(PLAIN + (mentions > 0 ? number(mentions) : DOT) + "</svg>")
  }`;
}

const PLAIN = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">` +
  `<rect width="32" height="32" rx="8" fill="#276b57"/>` +
  `<path d="M8 9h13a3 3 0 0 1 3 3v6a3 3 0 0 1-3 3h-6l-5 4v-4H8z" fill="#fff"/>`;

const DOT = `<circle cx="25" cy="7" r="7" fill="#f5c54a" stroke="#fff" stroke-width="2"/>`;

function number(mentions: number): string {
  const text = mentions > MOST_SHOWN ? `${MOST_SHOWN}+` : `${mentions}`;
  return `<circle cx="21" cy="11" r="11" fill="#c92a2a"/>` +
    `<text x="21" y="16.5" font-family="sans-serif" font-size="${
      text.length > 1 ? 12 : 16
    }" font-weight="700" ` +
    `text-anchor="middle" fill="#fff">${text}</text>`;
}
