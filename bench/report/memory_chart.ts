/** Memory over time under load. */

import { axisStyle } from "../chart.ts";
import { type Results, validRuns } from "../results.ts";
import { type Chart, frame, placed, SIZE } from "./chart_parts.ts";

export function memoryChart(results: Results): Chart | undefined {
  const runs = validRuns(results, "soak", "parley-tcp").flatMap(({ series }) => series ? [series] : []);
  if (runs.length === 0) return undefined;
  const info = results.scenarios.find(({ name }) => name === "soak");
  const places = placed([""]);
  const title = "Memory over time";
  return {
    name: "memory",
    title,
    size: SIZE,
    options: (theme) => ({
      ...frame(theme, { title, subtitle: `${info?.title ?? ""}; a line for each run`, panels: places }),
      xAxis: [{ ...axisStyle(theme), type: "value", min: 0, max: "dataMax", name: "seconds" }],
      yAxis: [{ ...axisStyle(theme), type: "value", min: 0, name: "resident memory, MiB", nameGap: 54 }],
      series: runs.map((data, run) => ({
        type: "line",
        showSymbol: false,
        data,
        lineStyle: { width: 2.5, color: theme.palette[run % theme.palette.length] },
      })),
    }),
  };
}
