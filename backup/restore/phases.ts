import type { SchemaEntry } from "./schemaArchive";

/** Entries of a schema in the order in which a restore writes them. Each list is in the order of the archive. */
export interface Phases {
  readonly beforeRows: readonly SchemaEntry[];
  /** Grants on what was created before the rows. */
  readonly grants: readonly SchemaEntry[];
  readonly afterRows: readonly SchemaEntry[];
  /** Comments and labels, which follow everything that replaces an object while rows are loaded. */
  readonly comments: readonly SchemaEntry[];
}

const kindsAfterRows: ReadonlySet<string> = new Set([
  "CHECK CONSTRAINT",
  "CONSTRAINT",
  "DEFAULT ACL",
  "FK CONSTRAINT",
  "INDEX",
  "INDEX ATTACH",
  "POLICY",
  "PUBLICATION",
  "PUBLICATION TABLE",
  "PUBLICATION TABLES IN SCHEMA",
  "ROW SECURITY",
  "RULE",
  "STATISTICS",
  "TRIGGER",
]);
const kindsOfComments: ReadonlySet<string> = new Set(["COMMENT", "SECURITY LABEL"]);

/**
 * Splits a schema into phases. A materialized view or a function that needs a primary key, because it groups by it,
 * follows the first constraint of the archive, as `pg_dump` sorts it. It is created after the rows, and granted on
 * after that.
 */
export function divide(entries: readonly SchemaEntry[]): Phases {
  const isAbout = ({ kind }: SchemaEntry): boolean => kind === "ACL" || kindsOfComments.has(kind);
  const first = entries.findIndex(({ kind }) => kindsAfterRows.has(kind) && kind !== "DEFAULT ACL");
  const isAfterRows = (entry: SchemaEntry, index: number): boolean =>
    !isAbout(entry) && (kindsAfterRows.has(entry.kind) || (first !== -1 && index > first));
  const after = new Set(entries.filter(isAfterRows));
  const postponed = new Set([...after].flatMap(({ id, kind }) => (kindsAfterRows.has(kind) ? [] : [id])));
  const isOfPostponed = ({ needs }: SchemaEntry): boolean => needs.some((id) => postponed.has(id));
  const isGrant = ({ kind }: SchemaEntry): boolean => kind === "ACL";
  return {
    beforeRows: entries.filter((entry) => !isAbout(entry) && !after.has(entry)),
    grants: entries.filter((entry) => isGrant(entry) && !isOfPostponed(entry)),
    afterRows: entries.filter((entry) => after.has(entry) || (isGrant(entry) && isOfPostponed(entry))),
    comments: entries.filter(({ kind }) => kindsOfComments.has(kind)),
  };
}
