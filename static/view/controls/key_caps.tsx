/** Keys that are pressed together, as they stand on the keyboard. */

export function KeyCaps({ labels }: { labels: readonly string[] }) {
  return <span class="key-caps">{labels.map((label) => <kbd key={label}>{label}</kbd>)}</span>;
}
