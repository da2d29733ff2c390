/** What one can choose about the page, kept in this browser. Each choice counts at once. */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { density, scheme, textSize, theme } from "../../state/appearance.ts";
import type { preference } from "../../state/storage/preferences.ts";
import { Dialog } from "./dialog.tsx";
import { Device } from "./notification_menu.tsx";

export function SettingsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Settings" onClose={onClose}>
      <SettingsGroup title="Appearance">
        <Choice
          title="Theme"
          of={theme}
          words={{ calm: "Calm", sketch: "Hand-drawn" }}
          preview
        />
        <Choice
          title="Colours"
          of={scheme}
          words={{ system: "Device", light: "Light", dark: "Dark" }}
        />
        <Choice
          title="Spacing"
          of={density}
          words={{ comfortable: "Comfortable", compact: "Compact" }}
        />
        <Choice
          title="Text size"
          of={textSize}
          words={{ small: "Small", medium: "Medium", large: "Large", larger: "Larger" }}
        />
      </SettingsGroup>
      <SettingsGroup title="Notifications">
        <div class="choice settings-device">
          <span class="choice-title">On this device</span>
          <Device />
        </div>
      </SettingsGroup>
    </Dialog>
  );
}

/** Settings that belong together, under a heading. */
function SettingsGroup({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="settings-group">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

interface ChoiceProps<Word extends string> {
  title: string;
  of: ReturnType<typeof preference<Word>>;
  /** What each is called, in the order in which they are shown. */
  words: Readonly<Record<Word, string>>;
  /** Said below, in small letters. */
  hint?: string;
  /** Each choice is shown as a small picture of itself. */
  preview?: boolean;
}

/** One of a few, side by side. */
export function Choice<Word extends string>({ title, of, words, hint, preview }: ChoiceProps<Word>) {
  const id = useId();
  return (
    <fieldset class="choice">
      <legend>{title}</legend>
      <div class={preview ? "choice-cards" : "choice-row"}>
        {(Object.keys(words) as Word[]).map((word) => (
          <label class="choice-option" key={word}>
            <input
              type="radio"
              name={id}
              value={word}
              checked={of.value.value === word}
              onChange={() => of.set(word)}
            />
            {preview && <span class="choice-picture" data-picture={word} aria-hidden="true" />}
            <span class="choice-word">{words[word]}</span>
          </label>
        ))}
      </div>
      {hint && <p class="quiet">{hint}</p>}
    </fieldset>
  );
}
