/** The latest reading of a service, small, as beside its name in the list. */

import { useChat } from "../chat_context.ts";
import { visible } from "../text/visible_text.ts";

/** Longer ones are text, and not for a glance. */
const LONGEST = 12;

export function LiveValue({ service }: { service: string }) {
  const text = useChat().feeds.of(service).readings.value.at(-1)?.text;
  if (text === undefined || [...text].length > LONGEST) return null;
  return <bdi class="live-value">{visible(text)}</bdi>;
}
