/** The button that opens the emoji picker; what it shows is loaded then. */

import { useSignal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { loadEmoji } from "../../state/writing/emoji.ts";
import type { EmojiPickerProps } from "./emoji_picker.tsx";
import { Icon } from "../controls/icon.tsx";

export function EmojiButton({ onPick, onClose }: Pick<EmojiPickerProps, "onPick" | "onClose">) {
  const isOpen = useSignal(false);
  const box = useRef<HTMLDivElement>(null);
  const close = () => {
    isOpen.value = false;
    onClose();
  };
  useEffect(() => {
    if (!isOpen.value) return;
    // Whoever clicks elsewhere wants to be there.
    const leave = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) isOpen.value = false;
    };
    addEventListener("pointerdown", leave);
    return () => removeEventListener("pointerdown", leave);
  }, [isOpen.value]);
  return (
    <div class="emoji" ref={box}>
      <button
        type="button"
        class="icon-button"
        aria-label="Emoji"
        title="Emoji"
        aria-haspopup="dialog"
        aria-expanded={isOpen.value}
        onClick={() => isOpen.value ? close() : isOpen.value = true}
      >
        <Icon name="smile" />
      </button>
      {isOpen.value && <LoadedPicker onPick={onPick} onClose={close} />}
    </div>
  );
}

function LoadedPicker(props: Pick<EmojiPickerProps, "onPick" | "onClose">) {
  const loaded = useSignal<
    { Picker: FunctionComponent<EmojiPickerProps>; data: EmojiPickerProps["data"] } | null
  >(
    null,
  );
  const problem = useSignal("");
  useEffect(() => {
    Promise.all([import("./emoji_picker.tsx"), loadEmoji()])
      .then(([{ EmojiPicker }, data]) => loaded.value = { Picker: EmojiPicker, data })
      .catch(() => problem.value = "The emoji cannot be loaded just now. Try again once the server is back.");
  }, []);
  if (loaded.value) return <loaded.value.Picker {...props} data={loaded.value.data} />;
  return (
    <div class="emoji-picker emoji-picker-waiting" role="status">
      {problem.value === "" ? "Loading the emoji" : problem.value}
    </div>
  );
}
