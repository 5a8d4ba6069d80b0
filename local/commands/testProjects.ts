import { UserError } from "../../foundation/userError";

/** The kinds of tests, which are vitest's projects; the last two run again on a second server, as `database-15`. */
const kinds = ["unit", "database", "engine"] as const;

/** Returns the values of `--project`, as parsed by vitest. */
export function namedProjects({ project }: { readonly project?: unknown }): string[] {
  return (Array.isArray(project) ? project : [project]).filter((name) => typeof name === "string");
}

/**
 * Refuses a project that does not exist. Vitest itself checks patterns (`data*`, `!engine`).
 * @param secondMajors - Versions of PostgreSQL on which tests may run again.
 */
export function refuseUnknownProjects(names: readonly string[], secondMajors: readonly number[]): void {
  const again = secondMajors.flatMap((major) => [`database-${major}`, `engine-${major}`]);
  const known: readonly string[] = [...kinds, ...again];
  const unknown = names.find((name) => !/[*!]/.test(name) && !known.includes(name));
  if (unknown === undefined) return;
  throw new UserError(
    `There are no tests of the kind ${unknown}: --project takes ${known.slice(0, -1).join(", ")} or ${known.at(-1)}.`,
  );
}
