/** On phones the list lies over the conversation: it takes the focus, gives it back, and follows the finger. */

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { isPhone } from "../../state/screen.ts";
import { isListOpen } from "../../state/surfaces.ts";
import { Swipe } from "./swipe.ts";

interface ElementRef {
  readonly current: HTMLElement | null;
}

export function useListSheet(nav: ElementRef): void {
  useEffect(() => {
    const swipe = new Swipe(nav.current!.parentElement!, nav.current!, isListOpen);
    const stop = effect(() => {
      if (!isPhone.value) isListOpen.value = false;
    });
    return () => {
      swipe.close();
      stop();
    };
  }, []);
  useFocus(nav, isListOpen.value);
}

/** What is beside the open list is inert, so that the focus stays inside; where the list is closed, it goes back. */
function useFocus(nav: ElementRef, isOpen: boolean): void {
  const before = useRef<Element | null>(null);
  useEffect(() => {
    if (!isOpen) return;
    before.current = document.activeElement;
    const others = [
      ...nav.current!.parentElement!.querySelectorAll<HTMLElement>(":scope > :is(main, .panel)"),
    ];
    for (const each of others) each.inert = true;
    const stop = focusOnceShown(nav.current!);
    return () => {
      stop();
      for (const each of others) each.inert = false;
      if (before.current instanceof HTMLElement) before.current.focus();
    };
  }, [isOpen]);
}

/** What the style sheet still hides takes no focus. */
function focusOnceShown(nav: HTMLElement): () => void {
  let frame = 0;
  const attempt = () => {
    firstIn(nav)?.focus();
    if (!nav.contains(document.activeElement)) frame = requestAnimationFrame(attempt);
  };
  attempt();
  return () => cancelAnimationFrame(frame);
}

function firstIn(nav: HTMLElement): HTMLElement | null {
  return nav.querySelector<HTMLElement>('[aria-current="page"]') ?? nav.querySelector("button");
}
