/** A panel beside the conversation; on phones a sheet over it, which keeps the focus inside and closes with Escape. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { isPhone } from "../../state/screen.ts";
import { Icon } from "../controls/icon.tsx";

interface PanelProps {
  title: string;
  /** Added to the class `panel`. */
  kind: string;
  closeLabel: string;
  onClose: () => void;
  children: ComponentChildren;
}

export function Panel(props: PanelProps) {
  return isPhone.value ? <Sheet {...props} /> : (
    <aside class={`panel ${props.kind}`} aria-label={props.title}>
      <Head {...props} />
      {props.children}
    </aside>
  );
}

function Sheet(props: PanelProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const sheet = dialog.current!;
    sheet.showModal();
    // Closed so, also where it goes because something was chosen in it, it gives the focus back.
    return () => sheet.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`panel ${props.kind} panel-sheet`}
      aria-label={props.title}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      onClick={(event) => event.target === dialog.current && props.onClose()}
    >
      <Head {...props} />
      {props.children}
    </dialog>
  );
}

function Head({ title, closeLabel, onClose }: PanelProps) {
  return (
    <header class="panel-head">
      <h2>{title}</h2>
      <button type="button" class="icon-button" aria-label={closeLabel} onClick={onClose}>
        <Icon name="close" />
      </button>
    </header>
  );
}
