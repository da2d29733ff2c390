/** On phones the list lies over the conversation: it takes the focus, gives it back, and follows the finger. */

import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { isPhone } from "../state/screen.ts";
import { isListOpen } from "../state/surfaces.ts";
import { Swipe } from "./swipe.ts";

interface ElementRef {
  readonly current: HTMLElement | null;
}

export function useListSheet(nav: ElementRef): void {
  useEffect(() => {
    const page = nav.current!.parentElement!;
    const swipe = new Swipe(page, nav.current!, isListOpen);
    const stopFocus = keepFocus(nav.current!);
    const stopWide = effect(() => {
      if (!isPhone.value) isListOpen.value = false;
    });
    return () => {
      swipe.close();
      stopFocus();
      stopWide();
    };
  }, []);
}

/** What is beside the open list is inert, so that the focus stays inside. */
function keepFocus(nav: HTMLElement): () => void {
  let before: Element | null = null;
  let wasOpen = false;
  return effect(() => {
    const isOpen = isListOpen.value;
    if (isOpen === wasOpen) return;
    wasOpen = isOpen;
    if (isOpen) before = document.activeElement;
    for (const each of nav.parentElement!.children) {
      if (each instanceof HTMLElement && each.matches("main, .panel")) each.inert = isOpen;
    }
    // The style sheet shows the list in the next frame, and what is hidden takes no focus.
    if (isOpen) requestAnimationFrame(() => requestAnimationFrame(() => firstIn(nav)?.focus()));
    else if (before instanceof HTMLElement && before.isConnected) before.focus();
  });
}

function firstIn(nav: HTMLElement): HTMLElement | null {
  return nav.querySelector<HTMLElement>('[aria-current="page"]') ?? nav.querySelector("button");
}
