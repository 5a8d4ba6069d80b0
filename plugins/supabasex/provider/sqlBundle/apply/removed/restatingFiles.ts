import type { Catalog, CatalogDifference } from "../../catalog";
import { declarationsOf, identityAsWritten } from "../../source/declaredObjects";
import type { BundleFile } from "../../source/files";
import { statingStatements } from "../../source/statedFacts";
import { setTheSame } from "../plan/fileLinks";
import { includesFact, type StatedFacts, statedOf } from "../statements/statedObjects";
import type { LostFacts } from "./lostFacts";

/** Properties that separate statements set. `create or replace` sets all others again. */
const besideDefinition: ReadonlySet<string> = new Set(["active", "comment", "enabled", "grants", "owner"]);

/**
 * Returns the files whose objects removed statements may have redefined or dropped, so that they define them again.
 *
 * @returns path → the object
 */
export function redefining(lost: LostFacts | undefined, local: readonly BundleFile[]): Map<string, string> {
  if (lost === undefined) return new Map();
  const isRedefined = (identity: string) =>
    lost
      .of(identity, {})
      .some(
        ({ properties }) =>
          properties === undefined || [...properties].some((property) => !besideDefinition.has(property)),
      );
  return new Map(
    local.flatMap((file): [string, string][] => {
      const object = declarationsOf(file).map(identityAsWritten).find(isRedefined);
      return object === undefined ? [] : [[file.path, object]];
    }),
  );
}

/**
 * Returns the files with a statement about the same property of the same object as a removed one. An example: one file grants a
 * privilege and the next one revoked it. Together they had changed nothing, so no difference shows that the grant has to run again.
 * Dynamic statements count as statements about everything, because their texts do not show which objects they affect.
 *
 * @returns path → why
 */
export function undoneFiles(lost: LostFacts | undefined, local: readonly BundleFile[]): Map<string, string> {
  const removed = lost?.removed ?? [];
  return new Map(
    local
      .filter((file) =>
        statingStatements(file).some((one) => removed.some((other) => setTheSame(one, other))),
      )
      .map(({ path }) => [path, "a removed statement"]),
  );
}

/**
 * Returns the files that state something about what differs.
 *
 * @returns path → the object
 */
export function restatingFiles(
  differences: ReadonlyMap<string, readonly CatalogDifference[]>,
  local: readonly BundleFile[],
  live: Catalog,
): Map<string, string> {
  const restating = new Map<string, string>();
  for (const file of local) {
    const identity = [...differences].find(([name, group]) =>
      statingStatements(file).some((statement) => states(statedOf(statement, name, live), group)),
    )?.[0];
    if (identity !== undefined) restating.set(file.path, identity);
  }
  return restating;
}

function states(facts: StatedFacts | undefined, differences: readonly CatalogDifference[]): boolean {
  if (facts === undefined) return false;
  return differences.some(({ property, kind }) => kind === "extra" || includesFact(facts, property ?? ""));
}
