/** axe-core, run in the page. Its source goes in by the debugger, past the policy for scripts that the page has. */

import type { Page } from "playwright-core";
import axe from "axe-core";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** One line for each fault. @param rules only these; left out: all that there are for WCAG 2.2 AA, and good practice */
export async function axeProblems(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (rules?.length === 0) return [];
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  const options = { runOnly: rules ?? TAGS, resultTypes: ["violations"], elementRef: false };
  const violations = await page.evaluate<Violation[]>(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations)`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = "" }) =>
      `${id}: ${html.slice(0, 120)} ${failureSummary.replaceAll(/\s+/g, " ")}`
    )
  );
}
