/** Of a handful of values that are all kept. */

/** The least value that this part of them does not exceed: 0.5 for the median, 1 for the highest; NaN where there is none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? NaN;
}
