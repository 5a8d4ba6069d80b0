import type { BundleFile } from "../source/files";
import { statingStatements } from "../source/statedFacts";
import { reaches } from "./reaches";
import { StatementIndex } from "./statedObjects";

/**
 * Adds to the catalog's dependencies those of files that state something of another file's object, such as a grant on its
 * view: when the object is dropped and created again, what was stated of it is gone. Left out where the object's file
 * depends on the stating one in turn.
 *
 * @param dependencies path → paths of the files that it depends on
 * @param owners identity → the file that makes it
 */
export function withStated(
  dependencies: ReadonlyMap<string, readonly string[]>,
  files: readonly BundleFile[],
  owners: ReadonlyMap<string, BundleFile>,
): Map<string, string[]> {
  const result = new Map([...dependencies].map(([path, others]) => [path, [...others]]));
  const edges = new Map(
    files.map(({ path, dependsOn }) => [path, new Set([...dependsOn, ...(dependencies.get(path) ?? [])])]),
  );
  const places = new Map(
    files.flatMap((file) => statingStatements(file).map((statement) => [statement, file.path] as const)),
  );
  const stated = new StatementIndex([...places.keys()]);
  for (const [identity, { path: maker }] of owners) {
    for (const statement of stated.statementsAbout(identity)) {
      const file = places.get(statement);
      if (file === undefined || file === maker || edges.get(file)?.has(maker) === true) continue;
      if (reaches(edges, maker, file)) continue;
      edges.get(file)?.add(maker);
      result.set(file, [...(result.get(file) ?? []), maker].sort());
    }
  }
  return result;
}
