/** Parts of the page that are loaded when they are first shown. */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { tell } from "../state/toast.ts";

export interface Later<Props> {
  (props: Props): preact.JSX.Element | null;
  /** Loads it before it is shown, where that can be foreseen. */
  readonly prepare: () => void;
}

/** @param Meanwhile what is shown until it is there */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  Meanwhile?: ComponentType<Props>,
): Later<Props> {
  const loaded = signal<ComponentType<Props> | undefined>(undefined);
  const fetch = async () => {
    if (loaded.value === undefined) loaded.value = await load();
  };
  const Part = (props: Props) => {
    useLayoutEffect(() => {
      fetch().catch(() => tell("This part of the page could not be loaded. Try again later."));
    }, []);
    const Shown = loaded.value ?? Meanwhile;
    return Shown ? <Shown {...props} /> : null;
  };
  return Object.assign(Part, { prepare: () => void fetch().catch(() => {}) });
}
