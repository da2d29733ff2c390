/** A labelled input with the error that belongs to it. */

import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";

export interface FieldProps {
  label: string;
  value: Signal<string>;
  name: string;
  type?: "text" | "password" | "search";
  autocomplete?: string;
  placeholder?: string;
  problem?: string;
  required?: boolean;
  /** Takes the focus when it appears, and when it has a new problem. */
  focused?: boolean;
}

export function Field(props: FieldProps) {
  const { label, value, problem = "", focused = false, required = false, type = "text", ...rest } = props;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const isShown = useSignal(false);
  const isSecret = type === "password";
  useEffect(() => {
    if (focused || problem !== "") input.current?.focus();
  }, [focused, problem]);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class={isSecret ? "field-secret" : undefined}>
        <input
          {...rest}
          id={id}
          ref={input}
          class="input"
          // Preact's types tie the allowed roles to one fixed type.
          type={(isSecret && isShown.value ? "text" : type) as "text"}
          value={value.value}
          required={required}
          // A dialog that opens gives the focus to the input that has this.
          autofocus={focused}
          spellcheck={false}
          autocapitalize="none"
          aria-invalid={problem !== ""}
          aria-describedby={problem === "" ? undefined : `${id}-problem`}
          onInput={(event) => value.value = event.currentTarget.value}
        />
        {isSecret && (
          <button
            type="button"
            class="link"
            aria-pressed={isShown.value}
            aria-controls={id}
            onClick={() => isShown.value = !isShown.value}
          >
            Show
          </button>
        )}
      </div>
      {problem !== "" && <p class="problem" id={`${id}-problem`} role="alert">{problem}</p>}
    </div>
  );
}
