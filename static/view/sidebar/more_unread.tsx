/** Says that something unread lies above or below what the list shows, and leads there. */

import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { Icon } from "../controls/icon.tsx";

export interface HiddenUnread {
  readonly above: Signal<number>;
  readonly below: Signal<number>;
  /** Counts again, as after scrolling. */
  readonly look: () => void;
  readonly show: (where: "above" | "below") => void;
}

/** Less than this of a row in view does not count as seen, in pixels. */
const SEEN_PX = 16;

export function useHiddenUnread(scroller: { readonly current: HTMLElement | null }): HiddenUnread {
  const above = useSignal(0);
  const below = useSignal(0);
  const rows = () => hiddenRows(scroller.current);
  const look = () => {
    above.value = rows().above.length;
    below.value = rows().below.length;
  };
  useLayoutEffect(look);
  useEffect(() => {
    const resizes = new ResizeObserver(look);
    resizes.observe(scroller.current!);
    return () => resizes.disconnect();
  }, []);
  const show = (where: "above" | "below") => {
    const nearest = where === "above" ? rows().above.at(-1) : rows().below[0];
    nearest?.scrollIntoView({ block: "center", behavior: "smooth" });
  };
  return { above, below, look, show };
}

export function MoreUnread({ hidden }: { hidden: HiddenUnread }) {
  return (
    <>
      <Hint where="above" count={hidden.above.value} onShow={hidden.show} />
      <Hint where="below" count={hidden.below.value} onShow={hidden.show} />
    </>
  );
}

function Hint({ where, count, onShow }: {
  where: "above" | "below";
  count: number;
  onShow: HiddenUnread["show"];
}) {
  if (count === 0) return null;
  return (
    <button type="button" class={`more-unread more-unread-${where}`} onClick={() => onShow(where)}>
      <Icon name="down" /> {count} unread {where}
    </button>
  );
}

function hiddenRows(scroller: HTMLElement | null): { above: Element[]; below: Element[] } {
  if (!scroller) return { above: [], below: [] };
  const view = scroller.getBoundingClientRect();
  const unread = [...scroller.querySelectorAll(".item-unread")];
  return {
    above: unread.filter((row) => row.getBoundingClientRect().bottom < view.top + SEEN_PX),
    below: unread.filter((row) => row.getBoundingClientRect().top > view.bottom - SEEN_PX),
  };
}
