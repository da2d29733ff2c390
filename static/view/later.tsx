/** Parts of the page that are loaded when they are first shown. */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { tell } from "../state/toast.ts";

export interface Later<Props> {
  (props: Props): preact.JSX.Element | null;
  /** Loads it before it is shown, where that can be foreseen. */
  readonly prepare: () => void;
}

export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): Later<Props> {
  const loaded = signal<ComponentType<Props> | undefined>(undefined);
  const fetch = async () => {
    if (loaded.value === undefined) loaded.value = await load();
  };
  const Part = (props: Props) => {
    useEffect(() => {
      fetch().catch(() => tell("This part of the page could not be loaded. Try again later."));
    }, []);
    const Loaded = loaded.value;
    return Loaded ? <Loaded {...props} /> : null;
  };
  return Object.assign(Part, { prepare: () => void fetch().catch(() => {}) });
}
