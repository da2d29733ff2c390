/** Says that only a newer page understands the server; nothing that was typed is lost with a reload. */

import { useChat } from "./chat_context.ts";

export function NewVersion() {
  const isOutdated = useChat().isOutdated.value;
  return (
    <div class={isOutdated ? "banner" : "for-ears"}>
      <p class="banner-words" role="status">{isOutdated && <strong>A new version is there.</strong>}</p>
      {isOutdated && (
        <button type="button" class="button button-small" onClick={() => location.reload()}>Reload</button>
      )}
    </div>
  );
}
