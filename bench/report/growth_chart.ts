/** What a message costs as rooms, users and history grow. */

import { axisStyle, logAxisStyle, roundUp } from "../chart.ts";
import { type Results, summarize } from "../results.ts";
import { type Chart, frame, metricsOf, placed, SIZE, withSpread } from "./chart_parts.ts";
import { tickWords } from "./words.ts";

const GROWING = [
  { kind: "rooms", title: "Rooms in the database" },
  { kind: "users", title: "Other users connected" },
  { kind: "messages", title: "Messages stored" },
];

export function growthChart(results: Results): Chart | undefined {
  const subject = "parley-tcp";
  const index = results.subjects.findIndex(({ id }) => id === subject);
  const panels = GROWING.flatMap(({ kind, title }) => {
    const points = metricsOf(results, "growth").flatMap((metric) => {
      const [of, count] = metric.split(" ");
      const summary = of === kind ? summarize(results, { scenario: "growth", metric, subject }) : undefined;
      return summary ? [{ x: Number(count), summary }] : [];
    });
    return points.length === 0 ? [] : [{ title, points }];
  });
  if (panels.length === 0) return undefined;
  const places = placed(panels.map(({ title }) => title));
  const most = Math.max(...panels.flatMap(({ points }) => points.map(({ summary }) => summary.most)));
  const title = "What a message costs as the server fills";
  return {
    name: "growth",
    title,
    size: SIZE,
    options: (theme) => ({
      ...frame(theme, {
        title,
        subtitle:
          "Microseconds until the next, for a message to a room of five, 40 such rooms at their maximum",
        panels: places,
      }),
      xAxis: panels.map(({ points }, gridIndex) => ({
        ...logAxisStyle(theme),
        gridIndex,
        min: points[0]!.x,
        max: points.at(-1)!.x,
        axisLabel: { color: theme.ink, formatter: tickWords, hideOverlap: true },
      })),
      yAxis: panels.map((_, gridIndex) => ({
        ...axisStyle(theme),
        gridIndex,
        type: "value",
        min: 0,
        max: roundUp(most * 1.1),
        ...(gridIndex === 0 ? { name: "µs a message", nameGap: 48 } : {}),
      })),
      series: panels.flatMap(({ points }, panel) => withSpread(theme, results, { index, panel, points })),
    }),
  };
}
