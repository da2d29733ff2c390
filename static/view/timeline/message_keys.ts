/**
 * The messages for whoever comes with the keyboard: Tab leads to one of them and, from there, to what is in it, and then out of the
 * list; Up and Down go between messages.
 */

import { useEffect, useRef } from "preact/hooks";

interface ElementRef {
  readonly current: HTMLElement | null;
}

const ROW = "article.message";
const CONTROLS = "a[href], button:not(:disabled), summary, [tabindex='0']";

export interface MessageKeys {
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onFocusIn: (event: FocusEvent) => void;
}

/** @param after takes no focus itself; the Tab key goes on from there */
export function useMessageKeys(scroller: ElementRef, after: ElementRef): MessageKeys {
  const cameByTab = useTabKey();
  const last = useRef<Element | null>(null);
  return {
    onKeyDown: (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const row = rowOf(event.target);
      if (event.key === "Tab") leave(event.shiftKey, row, scroller.current!, after.current!);
      else if (!event.shiftKey && row) step(event, row, scroller.current!);
    },
    onFocusIn: ({ target, relatedTarget }) => {
      const list = scroller.current!;
      if (!list.contains(relatedTarget as Node | null) && cameByTab.current) enter(list, last.current);
      last.current = rowOf(document.activeElement) ?? last.current ?? rowOf(target);
    },
  };
}

/** Whether the focus is just being moved by the Tab key. */
function useTabKey(): { readonly current: boolean } {
  const pressed = useRef(false);
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    const note = ({ key, altKey, ctrlKey, metaKey }: KeyboardEvent) => {
      pressed.current = key === "Tab" && !altKey && !ctrlKey && !metaKey;
    };
    const forget = () => pressed.current = false;
    document.addEventListener("keydown", note, { signal, capture: true });
    for (const type of ["keyup", "pointerdown"]) document.addEventListener(type, forget, { signal });
    globalThis.addEventListener("blur", forget, { signal });
    return () => listening.abort();
  }, []);
  return pressed;
}

function rowOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>(ROW) : null;
}

/** To the message where one was, if it is in view; else to the last that is. */
function enter(list: HTMLElement, last: Element | null): void {
  const inView = [...list.querySelectorAll<HTMLElement>(ROW)].filter((row) => isInView(row, list));
  const row = inView.find((each) => each === last) ?? inView.at(-1);
  row?.focus({ preventScroll: true });
}

function isInView(row: Element, list: HTMLElement): boolean {
  const { top, bottom } = row.getBoundingClientRect();
  const view = list.getBoundingClientRect();
  return bottom > view.top && top < view.bottom;
}

/** Where no more of the row's controls follow, the key goes on from the edge of the list. */
function leave(isBack: boolean, row: HTMLElement | null, list: HTMLElement, after: HTMLElement): void {
  if (!row) {
    if (!isBack && document.activeElement === list) after.focus({ preventScroll: true });
    return;
  }
  if (isBack) {
    if (document.activeElement === row) list.focus({ preventScroll: true });
    return;
  }
  const controls = [...row.querySelectorAll<HTMLElement>(CONTROLS)].filter(takesFocus);
  const active = document.activeElement!;
  const isLast = controls.every((each) =>
    each === active || (each.compareDocumentPosition(active) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0
  );
  if (isLast) after.focus({ preventScroll: true });
}

function takesFocus(element: HTMLElement): boolean {
  return element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true });
}

/** What is higher than the view is scrolled through first. */
function step(event: KeyboardEvent, row: HTMLElement, list: HTMLElement): void {
  const isDown = event.key === "ArrowDown";
  if (!isDown && event.key !== "ArrowUp") return;
  const view = list.getBoundingClientRect();
  const { top, bottom, height } = row.getBoundingClientRect();
  const goesOn = isDown ? bottom > view.bottom + 1 : top < view.top - 1;
  if (height > view.height && goesOn) return;
  const next = neighbour(row, isDown);
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function neighbour(row: Element, isDown: boolean): HTMLElement | null {
  const next = (of: Element) => isDown ? of.nextElementSibling : of.previousElementSibling;
  let each = next(row);
  while (each && !each.matches(ROW)) each = next(each);
  return each as HTMLElement | null;
}
