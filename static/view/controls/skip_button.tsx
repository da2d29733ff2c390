/** For whoever comes with the Tab key: past all lists, to where one writes. Seen only while it has the focus. */

export function SkipButton() {
  return (
    <button type="button" class="skip" onClick={writeNow}>
      Skip to the message
    </button>
  );
}

function writeNow(): void {
  document.querySelector<HTMLElement>(".composer-text")?.focus();
}
