/** Keeps the focus where the user has put it while the page builds something new that would take it. */

/** Until the user presses a key or points somewhere. */
export function holdFocus(element: HTMLElement): void {
  const released = new AbortController();
  const { signal } = released;
  const takeBack = ({ target }: FocusEvent) => {
    if (target !== element && element.isConnected) element.focus({ preventScroll: true });
  };
  document.addEventListener("focusin", takeBack, { signal });
  for (const type of ["keydown", "pointerdown"]) {
    document.addEventListener(type, () => released.abort(), { signal, capture: true });
  }
}
