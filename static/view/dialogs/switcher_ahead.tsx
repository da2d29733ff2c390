/** Stands where the switcher will, and takes what is typed right after its key was pressed: that shall not go elsewhere. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { switcherText } from "../../state/surfaces.ts";
import { drawNow } from "../draw_now.ts";

export function SwitcherAhead({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current!;
    shown.showModal();
    // Closed so, it gives the focus back, as the switcher will.
    return () => shown.close();
  }, []);
  return (
    <dialog ref={dialog} class="switcher" aria-label="Go to" onCancel={() => drawNow(onClose)}>
      <div class="switcher-head">
        <input
          class="switcher-input"
          type="text"
          aria-label="Go to a room, a person or a command"
          autofocus
          value={switcherText.value}
          onInput={(event) => switcherText.value = event.currentTarget.value}
        />
      </div>
    </dialog>
  );
}
