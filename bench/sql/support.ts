import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { performance } from "node:perf_hooks";
import type { Client } from "pg";

/** Returns the milliseconds that the work took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * Runs each work once per round, so that a busy moment affects all of them. Returns the medians in milliseconds.
 *
 * @param before runs untimed before each work, to clean up after the previous one
 */
export async function interleaved(
  works: Readonly<Record<string, () => Promise<unknown>>>,
  rounds: number,
  before: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Record<string, number>> {
  const times = Object.fromEntries(Object.keys(works).map((name): [string, number[]] => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, work] of Object.entries(works)) {
      await before();
      times[name]?.push(await timed(work));
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
}

/** Returns the plan of a query as psql prints it. */
export async function planOf(client: Client, sql: string): Promise<string> {
  const { rows } = await client.query<{ "QUERY PLAN": string }>(`explain (analyze, buffers) ${sql}`);
  return rows.map((row) => row["QUERY PLAN"]).join("\n");
}

/** Writes plans to bench/sql/plans/, one file each. */
export function keepPlans(name: string, plans: Readonly<Record<string, string>>): void {
  const folder = path.join(__dirname, "plans");
  mkdirSync(folder, { recursive: true });
  const text = Object.entries(plans).map(([title, plan]) => `-- ${title}\n${plan}\n`);
  writeFileSync(path.join(folder, `${name}.txt`), text.join("\n"));
}

/** Prints a result on one line. */
export function report(line: Readonly<Record<string, unknown>>): void {
  console.log(
    JSON.stringify(line, (_key, value: unknown) =>
      typeof value === "number" ? Number(value.toPrecision(4)) : value,
    ),
  );
}
