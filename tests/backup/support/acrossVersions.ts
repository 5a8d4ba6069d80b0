import type { AccessEntry } from "../../../backup/postgres/access";
import { withoutNeedlessQuotes } from "../../../backup/restore/accessEntries";
import type { Portrait } from "./portrait";

/**
 * Removes the differences between the versions. Version 17 has one more privilege and newer extensions, and writes expressions and
 * schemas differently; its platform objects differ.
 */
export function acrossVersions({ rows, sequences, largeObjects, jobs, access }: Portrait): unknown {
  const platform =
    /^(?:.* on )?(?:auth|storage|realtime|vault|extensions|graphql|graphql_public|pgbouncer|cron)\b/;
  const entries = access.map((line) => JSON.parse(line) as AccessEntry);
  const own = entries.filter(
    ({ kind, name, facts }) =>
      !platform.test(name) &&
      facts.owner !== "pg_database_owner" &&
      // These are on members of extensions and on the platform's tables only.
      kind !== "comment",
  );
  return {
    rows,
    sequences,
    largeObjects,
    jobs,
    access: own
      .map(
        ({
          facts: {
            using: _,
            "with check": __,
            version: ___,
            "membership options": ____,
            grants = "",
            ...facts
          },
          ...entry
        }) => ({
          ...entry,
          name: withoutNeedlessQuotes(entry.name),
          facts,
          grants: grants.split("\n").filter((line) => line !== "" && !/: MAINTAIN\*?$/.test(line)),
        }),
      )
      // Names with quotes come first.
      .sort((a, b) => `${a.kind} ${a.name}`.localeCompare(`${b.kind} ${b.name}`)),
  };
}
