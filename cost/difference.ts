import { areasOf, usages } from "./environments";
import { type CostLine, total } from "./line";
import { stackCost } from "./stackCost";

/** The monthly cost of an environment in USD, as estimated in docs/cost.md. */
export interface CostDifference {
  readonly after: number;
  /** Undefined without another version to compare with. */
  readonly before: number | undefined;
  /** The lines that differ, the largest difference first. */
  readonly lines: readonly CostChange[];
}

export interface CostChange {
  readonly component: string;
  readonly what: string;
  readonly before: number;
  readonly after: number;
}

/** Smaller differences come from rounding. */
const minUsd = 0.005;

/**
 * Returns the cost of an environment from its stack file, and the difference from another version of the file. Undefined for an
 * environment without an estimate.
 *
 * @throws the errors of reading the file, if it is not a valid configuration
 */
export function costDifference(
  environment: string,
  files: { readonly after: string; readonly before: string | undefined },
): CostDifference | undefined {
  const usage = usages[environment];
  if (usage === undefined) return undefined;
  const componentsOf = (file: string) => stackCost(areasOf(file), usage, { hasS3Endpoint: false });
  const after = componentsOf(files.after);
  const before = files.before === undefined ? undefined : componentsOf(files.before);
  const sum = (components: Readonly<Record<string, CostLine[]>>) => total(Object.values(components).flat());
  return {
    after: sum(after),
    before: before === undefined ? undefined : sum(before),
    lines: before === undefined ? [] : changesBetween(before, after),
  };
}

type Components = Readonly<Record<string, CostLine[]>>;

function changesBetween(before: Components, after: Components): CostChange[] {
  const usdOf = (components: Components, component: string, what: string) =>
    total((components[component] ?? []).filter((line) => line.what === what));
  const places = [before, after].flatMap((components) =>
    Object.entries(components).flatMap(([component, lines]) =>
      lines.map(({ what }) => ({ component, what })),
    ),
  );
  const distinct = new Map(places.map((place) => [`${place.component} ${place.what}`, place]));
  return [...distinct.values()]
    .map(({ component, what }) => ({
      component,
      what,
      before: usdOf(before, component, what),
      after: usdOf(after, component, what),
    }))
    .filter((change) => Math.abs(change.after - change.before) >= minUsd)
    .sort((one, other) => Math.abs(other.after - other.before) - Math.abs(one.after - one.before));
}
