/** Swipes a sheet at the side where the page begins in and out; it follows the finger. */

import type { Signal } from "@preact/signals";
import { isPhone } from "../../state/screen.ts";

/** A finger that has moved so far goes somewhere. */
const DECIDE_PX = 10;
/** Whoever swipes faster than this means the direction, wherever the finger is lifted. */
const FLICK_PX_PER_MS = 0.4;

interface Drag {
  readonly pointerId: number;
  readonly startX: number;
  readonly startY: number;
  readonly startTime: number;
  isDecided: boolean;
}

export class Swipe {
  readonly #page: HTMLElement;
  readonly #sheet: HTMLElement;
  readonly #isOpen: Signal<boolean>;
  readonly #listening = new AbortController();
  #drag: Drag | undefined;

  constructor(page: HTMLElement, sheet: HTMLElement, isOpen: Signal<boolean>) {
    this.#page = page;
    this.#sheet = sheet;
    this.#isOpen = isOpen;
    const { signal } = this.#listening;
    page.addEventListener("pointerdown", (event) => this.#begin(event), { signal });
    page.addEventListener("pointermove", (event) => this.#move(event), { signal });
    page.addEventListener("pointerup", (event) => this.#finish(event), { signal });
    page.addEventListener("pointercancel", () => this.#stop(), { signal });
  }

  close(): void {
    this.#listening.abort();
    this.#stop();
  }

  #begin(event: PointerEvent): void {
    const isWanted = isPhone.value && event.isPrimary && event.pointerType !== "mouse" &&
      (this.#isOpen.value || mayBegin(event.target));
    this.#drag = isWanted
      ? {
        pointerId: event.pointerId,
        startX: event.clientX,
        startY: event.clientY,
        startTime: event.timeStamp,
        isDecided: false,
      }
      : undefined;
  }

  #move(event: PointerEvent): void {
    const drag = this.#drag;
    if (!drag || event.pointerId !== drag.pointerId) return;
    const x = this.#along(event.clientX - drag.startX);
    const y = event.clientY - drag.startY;
    if (!drag.isDecided) {
      if (Math.max(Math.abs(x), Math.abs(y)) < DECIDE_PX) return;
      const isAlong = Math.abs(x) > 1.5 * Math.abs(y) && (this.#isOpen.value ? x < 0 : x > 0);
      if (!isAlong) return this.#stop();
      drag.isDecided = true;
      this.#page.setPointerCapture(drag.pointerId);
    }
    this.#page.classList.add("page-list-dragged");
    this.#page.style.setProperty("--list-shift", `${this.#along(this.#shift(x))}px`);
  }

  #finish(event: PointerEvent): void {
    const drag = this.#drag;
    if (!drag || event.pointerId !== drag.pointerId) return;
    if (drag.isDecided) {
      const x = this.#along(event.clientX - drag.startX);
      const speed = x / Math.max(1, event.timeStamp - drag.startTime);
      const isMoreThanHalf = this.#shift(x) > -this.#sheet.offsetWidth / 2;
      this.#isOpen.value = Math.abs(speed) > FLICK_PX_PER_MS ? speed > 0 : isMoreThanHalf;
    }
    this.#stop();
  }

  #stop(): void {
    this.#drag = undefined;
    this.#page.classList.remove("page-list-dragged");
    this.#page.style.removeProperty("--list-shift");
  }

  /** Positive is away from where the page begins: to the right, but for pages that go from right to left. */
  #along(x: number): number {
    return getComputedStyle(this.#page).direction === "rtl" ? -x : x;
  }

  /** How far before its open place the sheet is, as a negative number. */
  #shift(x: number): number {
    const width = this.#sheet.offsetWidth;
    return Math.min(0, Math.max(-width, this.#isOpen.value ? x : x - width));
  }
}

/** Not where a finger selects text, or moves something that itself goes sideways. */
function mayBegin(target: EventTarget | null): boolean {
  if (!(target instanceof Element) || target.closest("input, textarea, dialog")) return false;
  if (getSelection()?.isCollapsed === false) return false;
  for (let each: Element | null = target; each; each = each.parentElement) {
    if (each.scrollWidth > each.clientWidth && /auto|scroll/.test(getComputedStyle(each).overflowX)) {
      return false;
    }
  }
  return true;
}
