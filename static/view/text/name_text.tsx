/** What a conversation is called; one that could pass for another says so. */

import { looksLikeAnother } from "../../state/finding/lookalikes.ts";
import { visible } from "./visible_text.ts";

export const LOOKALIKE_WORDS = "Has letters that look like others";

export function NameText({ name, ...rest }: { name: string; class?: string; title?: string }) {
  return (
    <>
      <bdi {...rest}>{visible(name)}</bdi>
      <Lookalike name={name} />
    </>
  );
}

/** Stands beside a name that could pass for another. */
export function Lookalike({ name }: { name: string }) {
  if (!looksLikeAnother(name)) return null;
  return <span class="lookalike" role="img" aria-label={LOOKALIKE_WORDS} title={LOOKALIKE_WORDS}>≈</span>;
}
