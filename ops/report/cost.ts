import type { Report, ReportedCost } from "./model";

const usd = (value: number) => `${value.toFixed(2)} USD`;

/** Returns the monthly cost in one sentence; undefined for a report without it. */
export function costSentence({ cost }: Report): string | undefined {
  if (cost === undefined) return undefined;
  const { before, after } = cost;
  const now = `Estimated cost: ${usd(after)} a month`;
  if (before === undefined) return `${now}.`;
  const more = after - before;
  if (Math.abs(more) < 0.005) return `${now}, as before.`;
  return `${now}, ${usd(Math.abs(more))} ${more > 0 ? "more" : "less"} than before (${usd(before)}).`;
}

/** Returns the cells of a line that differs: component, what, before, after. */
export function costCells({ component, what, before, after }: ReportedCost["lines"][number]): string[] {
  return [component, what, before.toFixed(2), after.toFixed(2)];
}
